#include "notices/message.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace stagepass::notices {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json details_of(const Event& event) {
  Json details = Json::object();
  for (const auto& [name, value] : event.details) {
    std::visit([&, &name = name](const auto& each) { details[name] = each; }, value);
  }
  return details;
}

std::string value_of(const Event::Detail& detail) {
  const auto* number = std::get_if<std::int64_t>(&detail.second);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(detail.second);
}

/// A field that could end its line would be the next one.
std::string one_line(std::string_view text) {
  return escape_untrusted(text, text.size());
}

/// What stands in a header: nothing but ASCII that can be seen.
std::string header_value(std::string_view text) {
  std::string value(text);
  std::replace_if(
      value.begin(), value.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return value;
}

void add_field(std::string& text, const char* name, std::string_view value) {
  if (!value.empty()) {
    text += fmt::format("{}: {}\n", name, one_line(value));
  }
}

std::string fields_of(const Event& event) {
  std::string text;
  add_field(text, "event", event.kind);
  add_field(text, "at", format_utc(event.at));
  add_field(text, "grant", event.grant);
  add_field(text, "case", event.case_ref);
  add_field(text, "to", event.recipient);
  add_field(text, "targets", join(event.targets, ", "));
  add_field(text, "environment", event.environment);
  add_field(text, "ends", event.ends ? format_utc(*event.ends) : "");
  add_field(text, "by", event.by);
  for (const Event::Detail& detail : event.details) {
    add_field(text, detail.first.c_str(), value_of(detail));
  }
  return text;
}

}  // namespace

std::string json_of(const Event& event) {
  const Json json = {{"stagepass", "notice 1"},
                     {"id", event.id},
                     {"event", event.kind},
                     {"at", format_utc(event.at)},
                     {"text", event.text},
                     {"grant", or_null(event.grant)},
                     {"case", or_null(event.case_ref)},
                     {"to", or_null(event.recipient)},
                     {"targets", event.targets},
                     {"environment", or_null(event.environment)},
                     {"ends", event.ends ? Json(format_utc(*event.ends)) : Json()},
                     {"by", or_null(event.by)},
                     {"detail", details_of(event)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string mail_of(const Event& event, const std::string& address) {
  return fmt::format(
      "To: {}\nSubject: [stagepass] {}\nMessage-ID: <{}@stagepass.invalid>\n"
      "Auto-Submitted: auto-generated\nMIME-Version: 1.0\n"
      "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
      "\n{}\n\n{}",
      header_value(address), header_value(event.headline), header_value(event.id),
      one_line(event.text), fields_of(event));
}

}  // namespace stagepass::notices
