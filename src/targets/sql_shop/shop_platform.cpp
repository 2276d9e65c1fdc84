#include "targets/sql_shop/shop_platform.hpp"

#include "targets/mariadb/sql_text.hpp"

#include <fmt/core.h>
#include <sodium.h>

#include <array>
#include <chrono>

namespace stagepass::targets {

std::vector<ShopColumn> ShopPlatform::shut_columns(const ShopDatabase& database) const {
  return {{users(database).password, "'*'"}};
}

Result<void> ShopPlatform::give_role(ShopDatabase& /*database*/, const std::string& /*id*/) const {
  return {};
}

Result<void> ShopPlatform::give_second_factor(ShopDatabase& /*database*/, const std::string& /*id*/,
                                              const Secret& /*password*/,
                                              Random& /*random*/) const {
  return {};
}

std::optional<Secret> ShopPlatform::second_factor(const Secret& /*password*/) const {
  return std::nullopt;
}

Result<void> ShopPlatform::set_end(ShopDatabase& /*database*/, const std::string& /*id*/,
                                   Timestamp /*at*/) const {
  return {};
}

long long seconds_from(const std::string& marker, long long below) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(marker.data()), marker.size(), nullptr,
                     0);
  constexpr std::size_t kBytes = 7;
  long long number = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    number = number * 256 + digest[i];
  }
  return number % below;
}

std::string sql_date(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string assignments(const std::vector<ShopColumn>& columns) {
  std::string text;
  for (const ShopColumn& each : columns) {
    text +=
        fmt::format("{}{} = {}", text.empty() ? "" : ", ", sql_identifier(each.name), each.value);
  }
  return text;
}

Secret assignment(std::string_view column, const Secret& value) {
  const std::string name = sql_identifier(column);
  return joined({name, " = '", value.reveal_text(), "'"});
}

}  // namespace stagepass::targets
