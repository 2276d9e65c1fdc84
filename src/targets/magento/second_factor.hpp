#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <string>

namespace stagepass::targets {

/// The key of the second factor that belongs to a password. Nothing need be stored beside the password, which has far
/// more entropy than such a key, and both are handed over together.
[[nodiscard]] Secret second_factor_key(const Secret& password);

/// Magento's own key, with which it seals what its database must not show.
///
/// Guarantees: what `seal` writes, Magento 2.4 opens.
/// Secrets: the key lives as long as the object.
class MagentoCrypt final {
 public:
  /// `text`: "crypt/key" of app/etc/env.php; of several lines the last one seals. Errors: `invalid_argument`, without
  /// repeating any of it.
  [[nodiscard]] static Result<MagentoCrypt> parse(const Secret& text);

  /// "<number of the key>:3:<base64>".
  [[nodiscard]] std::string seal(const Secret& content, Random& random) const;

 private:
  MagentoCrypt(std::size_t version, Secret key) : version_(version), key_(std::move(key)) {}

  std::size_t version_;
  Secret key_;
};

/// What `tfa_user_config` keeps of a user whose app knows the key, sealed.
[[nodiscard]] std::string second_factor_config(const MagentoCrypt& crypt, const Secret& key,
                                               Random& random);

}  // namespace stagepass::targets
