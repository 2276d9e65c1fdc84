// sshd's configuration, into which our part is put: what others wrote there stays.

#include "targets/unix/sshd_fragment.hpp"

#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

constexpr std::string_view kBegin = "# stagepass begin";

std::string fragment_for(const char* access) {
  const Target target{.name = TargetName::parse("shop").value(),
                      .driver = "unix",
                      .settings = {{"access", access}}};
  return targets::sshd_fragment(targets::parse_unix_settings(target).value());
}

void try_fragment(std::string_view input) {
  static const std::string fragment = fragment_for("sftp");
  const std::string once = targets::with_fragment(input, fragment);
  require(once.find(fragment) != std::string::npos, "our part is there");
  require(targets::with_fragment(once, fragment) == once, "our part is put in once");
  require(once.starts_with(input.substr(0, input.find(kBegin))), "what stands before it stays");
  const std::string other = targets::with_fragment(once, std::string(kBegin) + "\n# stagepass end");
  require(targets::with_fragment(other, fragment) == once, "our part is replaced as a whole");

  const std::filesystem::path place = targets::place_of_fragment("/x/sshd_config", input);
  require(
      place == "/x/sshd_config" || (place.is_absolute() && place.filename() == "stagepass.conf"),
      "our part goes into the configuration or into a file of its own");
}

const Registration registration({"sshd_fragment", try_fragment});

}  // namespace
}  // namespace stagepass::fuzz
