#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <charconv>

namespace stagepass::targets {
namespace {

// Below are people, systemd's DynamicUser= and nobody; useradd also gives subordinate uids to
// accounts among people's (UID_MIN to UID_MAX), under which processes would escape us.
constexpr uid_t kLastReserved = 65535;
constexpr uid_t kFirstSubordinate = 100000;

bool is_free_for_us(uid_t first, uid_t last) {
  return first <= last && first > kLastReserved && last < kFirstSubordinate;
}

}  // namespace

Result<uid_t> parse_uid(std::string_view text) {
  uid_t uid = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, uid);
  if (error != std::errc() || stop != end) {
    return fail(Errc::invalid_argument, fmt::format("{} is not a uid", quoted(text)));
  }
  return uid;
}

Result<UidRange> UidRange::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  const Result<uid_t> first = parse_uid(text.substr(0, dash));
  const Result<uid_t> last = parse_uid(dash == std::string_view::npos ? "" : text.substr(dash + 1));
  if (!first || !last || !is_free_for_us(*first, *last)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not a usable range of uids", quoted(text)),
                "give FIRST-LAST within 65536-99999, e.g. 70000-99999");
  }
  return UidRange(*first, *last);
}

Result<TemporaryUid> TemporaryUid::make(uid_t uid, const UidRange& range) {
  if (!range.contains(uid)) {
    return fail(Errc::refused,
                fmt::format("uid {} is outside the range {}-{} of temporary accounts", uid,
                            range.first(), range.last()));
  }
  return TemporaryUid(uid);
}

}  // namespace stagepass::targets
