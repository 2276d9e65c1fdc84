// What is inside a block, whoever has sealed it.

#include <stagepass/handoff/document.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_handoff_document(std::string_view input) {
  const auto document = handoff::read_document(Secret::copy_of(input));
  if (!document) {
    require(document.error().code == Errc::invalid_argument, "no hand-off is a wrong argument");
    require_safe(document.error());
    return;
  }
  const Secret text = handoff::write_document(*document);
  const auto again = handoff::read_document(text);
  if (!again) {
    return;  // it has grown beyond what a hand-off may be
  }
  require(handoff::write_document(*again) == text, "a written hand-off reads as the same");
  require(again->accounts.size() == document->accounts.size(), "no account is lost");
}

const Registration registration({"handoff_document", try_handoff_document});

}  // namespace
}  // namespace stagepass::fuzz
