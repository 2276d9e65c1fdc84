#pragma once

#include <stagepass/core/result.hpp>

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace stagepass::age {

/// Why a file does not open, one to one as the test vectors of C2SP/CCTV tell failures apart; the
/// last two are ours.
enum class Flaw { armor, header, no_match, mac, payload, too_large, no_memory };

struct Refusal {
  Flaw flaw = Flaw::header;
  std::string what;  ///< more about it for a person, or nothing; never text of the file
};

template <class T>
using Checked = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(Flaw flaw, std::string what = {}) {
  return tl::unexpected(Refusal{flaw, std::move(what)});
}

[[nodiscard]] inline tl::unexpected<Refusal> refuse(Refusal refusal) {
  return tl::unexpected(std::move(refusal));
}

}  // namespace stagepass::age
