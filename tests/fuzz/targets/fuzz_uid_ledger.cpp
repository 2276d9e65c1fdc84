// The ledger of uids: a number that it gave is never given again.

#include "targets/unix/uid_ledger.hpp"

#include <fstream>
#include <fuzz/fuzz.hpp>
#include <string>
#include <support/temp_dir.hpp>

namespace stagepass::fuzz {
namespace {

using targets::TemporaryUid;
using targets::UidLedger;
using targets::UidRange;

template <class T>
void require_explained(const Result<T>& result) {
  const Errc code = result.error().code;
  require(code == Errc::corrupt || code == Errc::refused || code == Errc::unavailable,
          "a ledger is damaged, used up, or names a number out of range");
  require_safe(result.error());
}

/// Whether a complete line begins with that number.
bool names_number(std::string_view text, uid_t uid) {
  const std::string lines = "\n" + std::string(text.substr(0, text.rfind('\n') + 1));
  return lines.find("\n" + std::to_string(uid) + " ") != std::string::npos;
}

void try_ledger(std::string_view input) {
  static const tests::TempDir folder("/dev/shm");
  const std::filesystem::path path = folder.path() / "ledger";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << input;
  const UserName name = UserName::parse("sp7f3k9q2m5x").value();
  const UidLedger ledger(path, UidRange::parse("70000-99999").value());
  const auto known = ledger.find(name);
  if (!known) {
    require_explained(known);
    return;
  }
  const auto given = ledger.assign(name, [](uid_t uid) -> Result<bool> { return uid % 2 == 0; });
  if (!given) {
    require_explained(given);
    return;
  }
  require(!*known || **known == *given, "a name keeps its number");
  require(*known || !names_number(input, given->value()),
          "a number that was given is not given again");
  const auto again = ledger.find(name);
  require(again && *again && **again == *given, "what was given is remembered");
}

const Registration registration({"uid_ledger", try_ledger});

}  // namespace
}  // namespace stagepass::fuzz
