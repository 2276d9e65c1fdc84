// The tables of /proc/sysvipc: an id that is read here is removed as root.

#include "targets/unix/sysv_ipc.hpp"

#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

void try_table(std::string_view input) {
  using targets::TemporaryUid;
  using targets::UidRange;
  const auto uid = TemporaryUid::make(70000, UidRange::parse("70000-99999").value()).value();
  const Result<std::vector<int>> ids = targets::ipc_ids_of(input, uid);
  if (!ids) {
    require(ids.error().code == Errc::unavailable, "what is not understood names no object");
    require_safe(ids.error());
    return;
  }
  require(ids->empty() || input.find("70000") != std::string_view::npos, "an id is of the uid");
  for (const int id : *ids) {
    require(input.find(std::to_string(id)) != std::string_view::npos,
            "an id is taken from the table and not made up");
  }
}

const Registration registration({"sysv_ipc", try_table});

}  // namespace
}  // namespace stagepass::fuzz
