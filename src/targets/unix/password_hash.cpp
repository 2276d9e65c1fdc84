#include "targets/unix/password_hash.hpp"

#include "targets/crypt_hash.hpp"

namespace stagepass::targets {
namespace {

constexpr CryptMethod kYescrypt = {"$y$", 0, 511, "yescrypt"};  // PAM refuses more than 511

}  // namespace

Result<Secret> hash_password(const Secret& password, Random& random) {
  return crypt_hash(password, kYescrypt, random);
}

}  // namespace stagepass::targets
