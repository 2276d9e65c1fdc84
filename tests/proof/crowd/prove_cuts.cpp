// A login that is cut off at any byte of what the server says is never taken for a refusal.
//
//   prove_cuts [--step N] [--only BYTE]
//
// Needs root: it makes one real account on this host, behind a private sshd on 127.0.0.1. The
// account is open and the password right, so whatever says "refused" is wrong. Then the same with a
// name that nobody has: from the byte on at which the refusal was whole it must stay a refusal, and
// before it there must be none.
#include "integration/unix/login_trial.hpp"
#include "integration/unix/unix_fixture.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <support/cutting_proxy.hpp>
#include <vector>

namespace stagepass::proof {
namespace {

using targets::LoginOutcome;
using tests::CuttingProxy;
using tests::LoginTrial;
using tests::must;
using Harm = CuttingProxy::Harm;

constexpr int kBroken = 1;
constexpr int kNoSetup = 2;

struct Options {
  std::size_t step = 97;
  std::optional<std::size_t> only;
};

struct Tally {
  std::size_t cuts = 0;
  std::size_t wrong = 0;
  std::size_t untold = 0;
};

class Cuts final {
 public:
  Cuts(const Options& options, const tests::PrivateSshd& sshd, const UserName& user,
       const Secret& password)
      : options_(options),
        password_(password),
        proxy_(sshd.port()),
        trial_(sshd, proxy_.port(), user) {}

  /// `wrong_at` decides whether an outcome after so many of `whole` bytes is a false one.
  template <class IsWrong>
  Tally run(LoginOutcome uncut, const IsWrong& is_wrong) {
    Tally tally;
    if (trial_.run(Secret::copy_of("not the password")) != LoginOutcome::refused) {
      throw std::runtime_error("even a wrong password is not refused");
    }
    if (must(trial_.run(password_)) != uncut) {
      throw std::runtime_error("even the login that is not cut goes wrong");
    }
    const std::size_t whole = proxy_.bytes_passed();
    const std::size_t first = options_.only.value_or(0);
    const std::size_t end = options_.only ? first + 1 : whole;
    for (std::size_t after = first; after < end; after += options_.step) {
      for (const Harm harm : {Harm::reset, Harm::close}) {
        proxy_.set({harm, after});
        const auto outcome = trial_.run(password_);
        ++tally.cuts;
        tally.untold += outcome ? 0U : 1U;
        if (outcome && is_wrong(*outcome, after, whole)) {
          ++tally.wrong;
          fmt::print("BROKEN case {}: the login was taken for {}\nagain: prove_cuts --only {}\n",
                     after, *outcome == LoginOutcome::refused ? "refused" : "accepted", after);
        }
      }
      fmt::print(stderr, "\rcut after {} of {} bytes", after, whole);
    }
    fmt::print(stderr, "\n");
    return tally;
  }

 private:
  Options options_;
  const Secret& password_;
  CuttingProxy proxy_;
  LoginTrial trial_;
};

Tally add(const Tally& a, const Tally& b) {
  return {a.cuts + b.cuts, a.wrong + b.wrong, a.untold + b.untold};
}

int prove(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  tests::UnixFixture host("ssh");
  const AccountRef open = host.make_account();
  const auto of_open = [](LoginOutcome outcome, std::size_t, std::size_t) {
    return outcome != LoginOutcome::accepted;
  };
  Tally tally = Cuts(options, host.sshd(), open.user_name, host.password())
                    .run(LoginOutcome::accepted, of_open);
  // The refusal is the last packet of the server and not shorter than a block with its seal.
  constexpr std::size_t kShortestPacket = 24;
  const auto of_nobody = [](LoginOutcome outcome, std::size_t after, std::size_t whole) {
    return outcome != LoginOutcome::refused || after + kShortestPacket < whole;
  };
  tally = add(tally, Cuts(options, host.sshd(), tests::nobody_here(), host.password())
                         .run(LoginOutcome::refused, of_nobody));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print(
      "cuts: {} logins cut off, {} of them neither yes nor no, {} taken for an answer that "
      "nobody gave (step {}, {:.0f} s)\n",
      tally.cuts, tally.untold, tally.wrong, options.step, seconds.count());
  return tally.wrong == 0 ? 0 : kBroken;
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  try {
    stagepass::proof::Options options;
    CLI::App app("logins that are cut off");
    app.add_option("--step", options.step, "cut after every so many bytes")
        ->check(CLI::PositiveNumber);
    app.add_option("--only", options.only, "cut after this many bytes only");
    CLI11_PARSE(app, argc, argv);
    stagepass::initialize_crypto();
    return stagepass::proof::prove(options);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "prove_cuts: {}\n", problem.what());
    return stagepass::proof::kNoSetup;
  }
}
