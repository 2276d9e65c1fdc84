// An exported key, which people keep in safes, print and paste; read before anybody types its passphrase.

#include <stagepass/vault/key_export.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>
#include <vault/key_export_text.hpp>

namespace stagepass::fuzz {
namespace {

void try_key_export(std::string_view input) {
  const auto exported = vault::read_key_export(input);
  if (!exported) {
    require(exported.error().code == Errc::invalid_argument, "what is no export is a wrong file");
    require_safe(exported.error());
    return;
  }
  require(vault::check_cost(exported->parameters.cost).has_value(),
          "a passphrase costs neither too little nor too much");
  const std::string text = vault::write_key_export(*exported);
  const std::string_view line = std::string_view(text).substr(0, text.size() - 1);
  require(input.starts_with(line), "an export has one text");
  require(input.find_first_not_of("\r\n", line.size()) == std::string_view::npos,
          "nothing stands behind an export but line ends");
}

const Registration registration({"key_export", try_key_export});

}  // namespace
}  // namespace stagepass::fuzz
