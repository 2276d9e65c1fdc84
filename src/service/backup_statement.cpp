// What a merchant says of the backup that is the way back from work on a live shop.
#include <stagepass/core/case.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/live_access.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace stagepass::service {
namespace {

constexpr std::size_t kLongestPart = 200;
constexpr const char* kHint =
    R"(write "where; when; checked by whom": "s3://b; 2026-12-01T08:00:00+01:00; ben")";

}  // namespace

Result<BackupStatement> parse_backup(std::string_view text) {
  std::array<std::string_view, 3> parts;
  std::size_t count = 0;
  for (std::string_view rest = text; count < parts.size(); ++count) {
    const std::size_t end = count + 1 < parts.size() ? rest.find(';') : std::string_view::npos;
    parts.at(count) = trimmed(rest.substr(0, end), " ");
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const std::array<std::string_view, 3> names = {"where it is", "of when it is", "who checked it"};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts.at(i).empty()) {
      return fail(Errc::invalid_argument,
                  fmt::format("of the backup it is not said {}", names.at(i)), kHint);
    }
  }
  SP_ASSIGN(std::string where, parse_case_text("where the backup is", parts[0], kLongestPart));
  SP_ASSIGN(const Timestamp made_at, parse_rfc3339(parts[1]));
  SP_ASSIGN(std::string who, parse_case_text("who checked the backup", parts[2], kLongestPart));
  return BackupStatement{std::move(where), made_at, std::move(who)};
}

}  // namespace stagepass::service
