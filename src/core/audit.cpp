#include <stagepass/core/audit.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace stagepass {
namespace {

constexpr std::string_view kLabel = "stagepass audit entry 1";

class EntryHash final {
 public:
  EntryHash() { ::crypto_generichash_init(&state_, nullptr, 0, sizeof(AuditHash)); }

  void add(const std::uint8_t* bytes, std::size_t size) {
    ::crypto_generichash_update(&state_, bytes, size);
  }

  void add_number(std::uint64_t number) {
    std::array<std::uint8_t, sizeof number> bytes{};
    std::generate(bytes.rbegin(), bytes.rend(), [&] {
      const auto last = static_cast<std::uint8_t>(number);
      number >>= 8U;
      return last;
    });
    add(bytes.data(), bytes.size());
  }

  /// Behind its length, so that no two lists of texts give the same bytes.
  void add_text(std::string_view text) {
    add_number(text.size());
    add(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }

  AuditHash result() {
    AuditHash hash{};
    ::crypto_generichash_final(&state_, hash.data(), hash.size());
    return hash;
  }

 private:
  crypto_generichash_state state_{};
};

}  // namespace

AuditHead extended(const AuditHead& head, const AuditEntry& entry) {
  EntryHash hash;
  hash.add_text(kLabel);
  hash.add(head.hash.data(), head.hash.size());
  hash.add_number(static_cast<std::uint64_t>(head.size));
  hash.add_number(static_cast<std::uint64_t>(entry.at.time_since_epoch().count()));
  for (const std::string* text : {&entry.actor, &entry.action, &entry.subject, &entry.detail}) {
    hash.add_text(*text);
  }
  return {head.size + 1, hash.result()};
}

Result<AuditHead> followed_by(const AuditHead& head, const AuditEntry& entry) {
  const AuditHead next = extended(head, entry);
  if (entry.position != next.size) {
    return fail(Errc::corrupt, fmt::format("entry {} of the audit log is missing", next.size));
  }
  if (entry.hash != next.hash) {
    return fail(
        Errc::corrupt,
        fmt::format("entry {} of the audit log is not the one that was written", next.size));
  }
  return next;
}

}  // namespace stagepass
