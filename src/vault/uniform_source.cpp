#include <vault/uniform_source.hpp>

namespace stagepass::vault {

std::size_t UniformSource::below(std::size_t count) {
  const bool one_byte_will_do = count <= 256;
  const std::size_t range = one_byte_will_do ? 256 : 65536;
  const std::size_t whole_rounds = range - range % count;
  for (;;) {
    const std::size_t value = one_byte_will_do ? next_byte() : next_byte() * 256 + next_byte();
    if (value < whole_rounds) {
      return value % count;
    }
  }
}

std::size_t UniformSource::next_byte() {
  if (used_ == buffer_.size()) {
    random_->fill(buffer_);
    used_ = 0;
  }
  return buffer_[used_++];
}

}  // namespace stagepass::vault
