#pragma once

#include <stagepass/ports/progress.hpp>

namespace stagepass::proof {

class QuietProgress final : public Progress {
 public:
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view /*text*/) override {}
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}
};

}  // namespace stagepass::proof
