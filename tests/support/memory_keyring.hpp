#pragma once

#include <stagepass/ports/keyring_place.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass::tests {

/// A place for a keyring in memory. A test may look into it, put an older one back, or make it fail.
class MemoryKeyring final : public KeyringPlace {
 public:
  /// Called first by each operation ("read", "settle", "replace", "lock"); its error is the operation's.
  using Hook = std::function<Result<void>(std::string_view operation)>;
  void on_call(Hook hook) { hook_ = std::move(hook); }

  [[nodiscard]] std::optional<std::string> text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  void set_text(std::optional<std::string> text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }

  std::string name() const override { return "keyring"; }

  Result<std::optional<Secret>> read() override {
    SP_TRY(hook_("read"));
    const std::lock_guard lock(mutex_);
    return text_ ? std::optional(Secret::copy_of(*text_)) : std::nullopt;
  }

  Result<void> settle() override { return hook_("settle"); }

  Result<void> replace(const Secret& text) override {
    SP_TRY(hook_("replace"));
    set_text(std::string(text.reveal_text()));
    return {};
  }

  Result<std::unique_ptr<Lock>> lock() override {
    SP_TRY(hook_("lock"));
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_locked_, true)) {
      return fail(Errc::conflict, "the keys are being changed by another process");
    }
    return std::unique_ptr<Lock>(std::make_unique<Held>(*this));
  }

 private:
  class Held final : public Lock {
   public:
    explicit Held(MemoryKeyring& place) : place_(&place) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Held(Held&&) = delete;
    Held& operator=(Held&&) = delete;
    ~Held() override {
      const std::lock_guard lock(place_->mutex_);
      place_->is_locked_ = false;
    }

   private:
    MemoryKeyring* place_;
  };

  mutable std::mutex mutex_;
  std::optional<std::string> text_;
  bool is_locked_ = false;
  Hook hook_ = [](std::string_view) { return Result<void>(); };
};

}  // namespace stagepass::tests
