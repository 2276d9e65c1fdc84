#include "simulation/cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <thread>
#include <vector>

namespace stagepass::proof {

void Cases::run(const Run& run, const std::string& replay) {
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < jobs_; ++i) {
      workers.emplace_back([&] { work(run, replay); });
    }
  }
  fmt::print(stderr, "\r{} of {}\n", done_, only_ ? 1 : count_);
}

void Cases::work(const Run& run, const std::string& replay) {
  const std::uint64_t first = only_.value_or(0);
  const std::uint64_t end = only_ ? first + 1 : count_;
  for (std::uint64_t number = first + next_++; number < end; number = first + next_++) {
    try {
      note(number, run(number), replay);
    } catch (const std::exception& problem) {
      const std::lock_guard lock(mutex_);
      ++failed_;
      fmt::print(stderr, "case {} cannot be set up: {}\n", number, problem.what());
    }
  }
}

void Cases::note(std::uint64_t number, const std::vector<std::string>& broken,
                 const std::string& replay) {
  constexpr std::size_t kMostLines = 5;
  const std::lock_guard lock(mutex_);
  ++done_;
  broken_ += broken.empty() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(kMostLines, broken.size()); ++i) {
    fmt::print("BROKEN case {}: {}\n", number, broken[i]);
  }
  if (!broken.empty()) {
    fmt::print("replay: {} --only {}\n", replay, number);
  }
  if (const auto now = RealTime::now(); now - told_ > std::chrono::seconds(1)) {
    told_ = now;
    fmt::print(stderr, "\r{} of {}", done_, count_);
  }
}

double Cases::seconds() const {
  return std::chrono::duration<double>(RealTime::now() - begin_).count();
}

int Cases::exit_status() const {
  return failed_ > 0 ? 2 : broken_ > 0 ? 1 : 0;
}

}  // namespace stagepass::proof
