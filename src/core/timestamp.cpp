#include <stagepass/core/text.hpp>
#include <stagepass/core/timestamp.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace stagepass {
namespace {

constexpr std::string_view kDateShape = "0000-00-00";
constexpr std::string_view kDateTimeShape = "0000-00-00T00:00:00";
constexpr Timestamp kEarliest{};
constexpr Timestamp kAfterLatest = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

/// In a shape `0` stands for any digit and `T` for either case of it; the rest stands for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  const auto fits = [](char c, char wanted) {
    switch (wanted) {
      case '0':
        return c >= '0' && c <= '9';
      case 'T':
        return c == 'T' || c == 't';
      default:
        return c == wanted;
    }
  };
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), fits);
}

/// The number in `length` characters that are known to be digits.
int number_at(std::string_view text, std::size_t start, std::size_t length = 2) {
  int number = 0;
  const char* first = text.data() + start;
  std::from_chars(first, first + length, number);
  return number;
}

Failure refuse(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument, fmt::format("{} {}", quoted(text), why),
              "write a time like 2026-12-01T10:00:00Z or 2026-12-01T11:00:00+01:00");
}

Failure refuse_without_offset(std::string_view text) {
  return fail(Errc::invalid_argument,
              fmt::format("{} does not say its offset from UTC", quoted(text)),
              "append Z for UTC or an offset like +01:00: 2026-12-01T11:00:00+01:00");
}

Result<std::chrono::minutes> parse_offset(std::string_view text, std::string_view zone) {
  if (zone == "Z" || zone == "z") {
    return std::chrono::minutes(0);
  }
  if (zone.starts_with('.') || zone.starts_with(',')) {
    return refuse(text, "has a fraction of a second; times are whole seconds here");
  }
  const bool is_east = has_shape(zone, "+00:00");
  if (!is_east && !has_shape(zone, "-00:00")) {
    return refuse_without_offset(text);
  }
  const int hours = number_at(zone, 1);
  const int minutes = number_at(zone, 4);
  if (hours > 23 || minutes > 59) {
    return refuse(text, "has an offset that does not exist");
  }
  const std::chrono::minutes distance(hours * 60 + minutes);
  return is_east ? distance : -distance;
}

Result<std::chrono::sys_days> parse_date(std::string_view text) {
  const std::chrono::year_month_day date{
      std::chrono::year(number_at(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_at(text, 5))),
      std::chrono::day(static_cast<unsigned>(number_at(text, 8)))};
  if (!date.ok()) {
    return refuse(text, "names a day that does not exist");
  }
  return std::chrono::sys_days(date);
}

Result<std::chrono::seconds> parse_time_of_day(std::string_view text) {
  const int hour = number_at(text, 11);
  const int minute = number_at(text, 14);
  const int second = number_at(text, 17);
  if (hour > 23 || minute > 59 || second > 60) {
    return refuse(text, "names a time of day that does not exist");
  }
  if (second == 60) {
    return refuse(text, "names a leap second, which the clocks here do not count");
  }
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

/// POSIX lets localtime_r skip what localtime does first: reading the zone.
void load_zone_once() {
  static const bool loaded = [] {
    ::tzset();
    return true;
  }();
  static_cast<void>(loaded);
}

}  // namespace

std::string format_utc(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string format_local(Timestamp at) {
  load_zone_once();
  const std::time_t seconds = at.time_since_epoch().count();
  std::tm local{};
  std::array<char, 64> text{};
  if (::localtime_r(&seconds, &local) == nullptr) {
    return format_utc(at);
  }
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M %Z", &local);
  return {text.data(), length};
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  if (!has_shape(text.substr(0, kDateShape.size()), kDateShape)) {
    return refuse(text, "is not a time");
  }
  if (!has_shape(text.substr(0, kDateTimeShape.size()), kDateTimeShape)) {
    const bool names_utc = text.ends_with('Z') || text.ends_with('z');
    return names_utc ? Failure(refuse(text, "is not a time with hours, minutes and seconds"))
                     : refuse_without_offset(text);
  }
  SP_ASSIGN(const auto offset, parse_offset(text, text.substr(kDateTimeShape.size())));
  SP_ASSIGN(const auto day, parse_date(text));
  SP_ASSIGN(const auto time_of_day, parse_time_of_day(text));
  const Timestamp at = day + time_of_day - offset;
  if (at < kEarliest || at >= kAfterLatest) {
    return refuse(text, "is not between the years 1970 and 9999");
  }
  return at;
}

}  // namespace stagepass
