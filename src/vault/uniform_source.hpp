#pragma once

#include <stagepass/ports/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace stagepass::vault {

/// Uniform numbers, drawn from a Random many bytes at a time.
///
/// Guarantees: no modulo bias: values of the incomplete last round are drawn again. Secrets: its
/// buffer decides passwords and is wiped.
class UniformSource final {
 public:
  explicit UniformSource(Random& random) : random_(&random) {}
  UniformSource(const UniformSource&) = delete;
  UniformSource& operator=(const UniformSource&) = delete;
  UniformSource(UniformSource&&) = delete;
  UniformSource& operator=(UniformSource&&) = delete;
  ~UniformSource() { wipe(buffer_); }

  /// A number below `count`, each equally likely. `count` is 1 to 65536.
  [[nodiscard]] std::size_t below(std::size_t count);

 private:
  [[nodiscard]] std::size_t next_byte();

  Random* random_;
  std::array<std::uint8_t, 64> buffer_{};
  std::size_t used_ = buffer_.size();
};

}  // namespace stagepass::vault
