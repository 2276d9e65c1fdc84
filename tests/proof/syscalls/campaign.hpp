#pragma once

#include "recovery.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace stagepass::proof {

/// What the command line of a proof asks for.
struct Campaign {
  std::string program;  ///< how it was called
  std::string name;     ///< "crash"
  std::string unit;     ///< "points"
  std::int64_t cases = 0;
  std::uint64_t seed = 1;
  int jobs = 1;
  std::optional<std::int64_t> only;
  std::filesystem::path progress;
  bool self_check = false;
  /// Instead of the check that all proofs share.
  int (*check)(const Campaign& campaign) = nullptr;
};

/// Judges one case after the other in a process of its own.
class CaseJudge {
 public:
  virtual ~CaseJudge() = default;
  [[nodiscard]] virtual Objections judge(std::int64_t number) = 0;
};

using MakeJudge = std::function<std::unique_ptr<CaseJudge>(const std::filesystem::path& scratch)>;

/// Judges all cases of the campaign side by side, prints what is broken and the result, and returns
/// the exit status.
[[nodiscard]] int run_campaign(const Campaign& campaign, const MakeJudge& make_judge);

/// What every proof's main does: reads the command line and calls `prove`, or checks that the oracle
/// objects.
[[nodiscard]] int run_proof(int argc, char** argv, Campaign campaign,
                            int (*prove)(const Campaign& campaign));

/// A folder in memory if the machine has one: SIGKILL keeps what was written.
[[nodiscard]] std::filesystem::path fast_folder();

/// Well mixed: the same for the same arguments.
[[nodiscard]] std::uint64_t mix(std::uint64_t seed, std::uint64_t number);

}  // namespace stagepass::proof
