// What a signed checkpoint of the audit log says.

#include <stagepass/service/checkpoints.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_checkpoint(std::string_view input) {
  const auto checkpoint = service::parse_checkpoint("stagepass/fuzz", input);
  if (!checkpoint) {
    require_safe(checkpoint.error());
    return;
  }
  require(checkpoint->head.size > 0, "nothing is signed for an empty log");
  const auto again = service::parse_checkpoint(
      "stagepass/fuzz", service::checkpoint_text("stagepass/fuzz", *checkpoint));
  require(again && again->head == checkpoint->head && again->at == checkpoint->at,
          "what is read can be written and read again");
}

const Registration registration({"checkpoint", try_checkpoint});

}  // namespace
}  // namespace stagepass::fuzz
