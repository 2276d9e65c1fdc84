// What an entry of the audit log vouches for: read from a database that somebody else may have written.

#include <stagepass/core/audit.hpp>

#include <fuzz/fuzz.hpp>
#include <string>
#include <vector>

namespace stagepass::fuzz {
namespace {

void try_records(std::string_view input) {
  const std::vector<std::string> names = names_in(input);
  for (const std::string& name : names) {
    const auto mac = mac_in(input, name);
    require(mac.has_value(), "a record that is named has a MAC");
    require(input.find(name + ":" + *mac) != std::string_view::npos,
            "a MAC is the one behind the name");
    require(name.find(' ') == std::string::npos, "a blank ends a name");
  }
  AuditEntry entry;
  entry.records = input;
  const std::string added = "account/a-7f3k9q2m5x";
  const bool was_named = mac_in(input, added).has_value();
  vouch_for(entry, added, "new");
  require(mac_in(entry.records, added).has_value(), "what is vouched for is found");
  require(was_named || mac_in(entry.records, added) == "new", "nobody else's MAC is taken for it");
  require(names_in(entry.records).size() == names.size() + 1, "nothing else is vouched for");
}

const Registration registration({"records", try_records});

}  // namespace
}  // namespace stagepass::fuzz
