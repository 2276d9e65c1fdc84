#pragma once

#include <stagepass/core/result.hpp>

#include <string>
#include <string_view>
#include <sys/types.h>

namespace stagepass::targets {

/// The uids set aside for temporary accounts, both ends included.
///
/// Guarantees: never holds a system account, nobody, a uid of systemd's dynamic users (61184 to
/// 65519) or one that subordinate uids begin with (100000).
class UidRange final {
 public:
  /// "70000-99999". Errors: `invalid_argument` naming what is allowed.
  [[nodiscard]] static Result<UidRange> parse(std::string_view text);

  [[nodiscard]] uid_t first() const noexcept { return first_; }
  [[nodiscard]] uid_t last() const noexcept { return last_; }
  [[nodiscard]] bool contains(uid_t uid) const noexcept { return first_ <= uid && uid <= last_; }

 private:
  UidRange(uid_t first, uid_t last) : first_(first), last_(last) {}
  uid_t first_;
  uid_t last_;
};

/// A uid that may be killed and cleaned up after: it lies in the range set aside. What ends
/// processes or removes files takes one of these, so that root can never be meant.
class TemporaryUid final {
 public:
  /// Errors: `refused` outside the range.
  [[nodiscard]] static Result<TemporaryUid> make(uid_t uid, const UidRange& range);

  [[nodiscard]] uid_t value() const noexcept { return value_; }

  friend bool operator==(TemporaryUid, TemporaryUid) = default;

 private:
  explicit TemporaryUid(uid_t value) : value_(value) {}
  uid_t value_;
};

/// Decimal digits only. Errors: `invalid_argument`.
[[nodiscard]] Result<uid_t> parse_uid(std::string_view text);

}  // namespace stagepass::targets
