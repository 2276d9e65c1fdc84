#include "cli/audit_export.hpp"

#include <stagepass/core/base64.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <istream>
#include <utility>

namespace stagepass::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "stagepass/audit-export/1";
constexpr const char* kCheckpoint = "checkpoint";

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Failure no_export(std::int64_t line) {
  return fail(Errc::invalid_argument,
              fmt::format("this is no export of an audit log: line {} cannot be read", line),
              "stagepass audit export writes one");
}

/// Nothing of the expected kind becomes a text that no hash fits.
std::string text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<AuditEntry> entry_of(const Json& json) {
  AuditEntry entry{.at = {},
                   .actor = text_in(json, "actor"),
                   .action = text_in(json, "action"),
                   .subject = text_in(json, "subject"),
                   .detail = text_in(json, "detail"),
                   .records = text_in(json, "records")};
  SP_ASSIGN(entry.at, parse_rfc3339(text_in(json, "at")));
  const auto position = json.find("position");
  const auto hash = from_base64(text_in(json, "hash"));
  if (position == json.end() || !position->is_number_integer() || !hash ||
      hash->size() != entry.hash.size()) {
    return fail(Errc::invalid_argument, "an entry without position or hash");
  }
  entry.position = position->get<std::int64_t>();
  std::copy(hash->begin(), hash->end(), entry.hash.begin());
  return entry;
}

Result<std::string> verify_tail(const std::string& note, const AuditHead& head,
                                const vault::VerifierKey& key) {
  SP_ASSIGN(std::string text, vault::open_note(note, key));
  SP_ASSIGN(const service::Checkpoint checkpoint, service::parse_checkpoint(key.name, text));
  if (checkpoint.head == head) {
    return text;
  }
  return fail(Errc::corrupt, fmt::format("the log in this file has {} entries, and {} were signed",
                                         head.size, checkpoint.head.size));
}

}  // namespace

std::string export_head() {
  return line_of({{"schema", kSchema}});
}

std::string export_line(const AuditEntry& entry) {
  return line_of({{"position", entry.position},
                  {"at", format_utc(entry.at)},
                  {"actor", entry.actor},
                  {"action", entry.action},
                  {"subject", entry.subject},
                  {"detail", entry.detail},
                  {"records", entry.records},
                  {"hash", to_base64(entry.hash)}});
}

std::string export_tail(const std::string& checkpoint) {
  return line_of({{kCheckpoint, checkpoint}});
}

Result<std::string> verify_export(std::istream& file, const vault::VerifierKey& key) {
  AuditHead head;
  std::int64_t number = 0;
  for (std::string line; std::getline(file, line);) {
    const Json json = Json::parse(line, nullptr, false);
    ++number;
    if (!json.is_object() || (number == 1 && text_in(json, "schema") != kSchema)) {
      return no_export(number);
    }
    if (number == 1) {
      continue;
    }
    if (json.contains(kCheckpoint)) {
      return verify_tail(text_in(json, kCheckpoint), head, key);
    }
    const auto entry = entry_of(json);
    if (!entry) {
      return no_export(number);
    }
    SP_ASSIGN(head, followed_by(head, *entry));
  }
  return fail(Errc::corrupt, "this export is cut off: the signed checkpoint at its end is missing");
}

}  // namespace stagepass::cli
