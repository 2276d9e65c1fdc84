#pragma once

#include "crowd_records.hpp"
#include "crowd_stage.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace stagepass::proof {

/// One of many people at the same vault: does one command after the other and writes down what
/// became of it.
class CrowdWorker final {
 public:
  CrowdWorker(CrowdStage& stage, CrowdRecords& records, std::uint64_t seed, std::size_t number)
      : stage_(stage), records_(records), random_(seed * 1'000'003 + number), number_(number) {}

  void work(std::size_t operations);

 private:
  void make_grant();
  void retrieve();
  void extend();
  void end_one();
  void end_case();
  void purge();
  void list();
  void show();

  /// A grant that somebody made: half of the time one that everybody fights over now.
  [[nodiscard]] KnownGrant any_grant();
  [[nodiscard]] std::uint64_t below(std::uint64_t limit);
  [[nodiscard]] Run run(const std::vector<std::string>& words);
  [[nodiscard]] Step step(Act act, const Run& ran) const;
  void add(const std::string& grant, Act act, const Run& ran);
  void add_conflict(const std::string& grant, const Run& ran);
  void add_end_of(const KnownGrant& grant, const Run& ran);
  void note_ended(const Run& ran, Act act);
  void note_shown(const std::string& grant, const Run& ran);
  void must_be(const Run& ran, std::initializer_list<int> allowed);

  CrowdStage& stage_;
  CrowdRecords& records_;
  std::mt19937_64 random_;
  std::size_t number_;
  std::string said_;
};

/// What a grant looked like in the JSON of show and list.
[[nodiscard]] Sight sight_of(const std::string& grant_json);

}  // namespace stagepass::proof
