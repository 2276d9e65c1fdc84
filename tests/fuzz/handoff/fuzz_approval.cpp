// Approvals of live access, as they are pasted from a ticket.

#include <stagepass/handoff/approval.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_approval(std::string_view input) {
  const auto read = handoff::read_approval(input);
  if (!read) {
    require(read.error().code == Errc::invalid_argument, "no approval is a wrong argument");
    require_safe(read.error());
    return;
  }
  require_safe(read->approval.note);
  const auto text = handoff::approval_text(read->approval);
  require(text.has_value(), "what was read can be written");
  require(handoff::words_of(read->approval).has_value(), "and has words");
  require(read->approval.valid_until > read->approval.made_at, "and is valid for a while");
}

const Registration registration({"approval", try_approval});

}  // namespace
}  // namespace stagepass::fuzz
