#include <stagepass/core/text.hpp>
#include <stagepass/core/timestamp.hpp>

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <optional>

namespace stagepass {
namespace {

using std::chrono::day;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::string_view kHint =
    "write it as 2026-12-01T10:00:00Z, or with an offset as 2026-12-01T11:00:00+01:00";

Failure refuse(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument,
              fmt::format("{} is not a point in time: {}", quoted(text), why), std::string(kHint));
}

/// Reads fixed-width fields from the front of a text.
class Reader final {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  /// Exactly `width` digits.
  std::optional<int> number(std::size_t width) {
    if (rest_.size() < width) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') {
        return std::nullopt;
      }
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

  bool one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] char last() const { return last_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  char last_ = 0;
};

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<Fields> read_fields(Reader& reader) {
  Fields fields;
  const auto take = [&](int& into, std::size_t width) {
    const auto value = reader.number(width);
    into = value.value_or(0);
    return value.has_value();
  };
  const bool complete = take(fields.year, 4) && reader.one_of("-") && take(fields.month, 2) &&
                        reader.one_of("-") && take(fields.day, 2) && reader.one_of("Tt") &&
                        take(fields.hour, 2) && reader.one_of(":") && take(fields.minute, 2) &&
                        reader.one_of(":") && take(fields.second, 2);
  return complete ? std::optional(fields) : std::nullopt;
}

/// East of Greenwich; nothing if there is no offset.
std::optional<minutes> read_offset(Reader& reader) {
  if (reader.one_of("Zz")) {
    return minutes(0);
  }
  if (!reader.one_of("+-")) {
    return std::nullopt;
  }
  const int sign = reader.last() == '-' ? -1 : 1;
  const auto hour = reader.number(2);
  if (!hour || *hour > 23 || !reader.one_of(":")) {
    return std::nullopt;
  }
  const auto minute = reader.number(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  return sign * (hours(*hour) + minutes(*minute));
}

}  // namespace

Result<Timestamp> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  const auto fields = read_fields(reader);
  if (!fields) {
    return refuse(text, "date, T, hours, minutes and seconds are expected");
  }
  const year_month_day date(year(fields->year), month(static_cast<unsigned>(fields->month)),
                            day(static_cast<unsigned>(fields->day)));
  if (!date.ok() || fields->year < 1970) {
    return refuse(text, "there is no such day");
  }
  if (fields->second == 60) {
    return refuse(text, "leap seconds are not used here");
  }
  if (fields->hour > 23 || fields->minute > 59 || fields->second > 59) {
    return refuse(text, "there is no such time of day");
  }
  if (reader.one_of(".,")) {
    return refuse(text, "fractions of a second are not used here");
  }
  const auto offset = read_offset(reader);
  if (!offset) {
    return refuse(text, "without an offset it would mean different times in different places");
  }
  if (!reader.at_end()) {
    return refuse(text, "there is more behind it");
  }
  return sys_days(date) + hours(fields->hour) + minutes(fields->minute) + seconds(fields->second) -
         *offset;
}

std::string format_utc(Timestamp at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(at - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string format_local(Timestamp at) {
  const std::time_t seconds_since_epoch = at.time_since_epoch().count();
  std::tm local{};
  ::tzset();
  if (::localtime_r(&seconds_since_epoch, &local) == nullptr) {
    return format_utc(at);
  }
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M %Z", &local);
  return {text.data(), size};
}

}  // namespace stagepass
