#pragma once

#include "row_edits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::proof {

/// What a stranger, or a broken disk, may do to a database file.
enum class DamageKind {
  byte,     ///< one bit turned over, the byte 0x00, or 0xFF
  cut,      ///< only so many bytes are left
  swapped,  ///< two pages in each other's place
  order,    ///< two entries of a page in each other's place
  row,      ///< a record edited with SQL; see RowEdits
  journal,  ///< a rollback journal lies beside it that is not its own, whole, cut or changed
};

struct DamageId {
  DamageKind kind;
  std::uint64_t number;
};

struct Damaged {
  std::string what;  ///< "byte 17 is 0xff"
  std::string database;
  std::optional<std::string> journal;
};

/// Two entries of a page that stand next to each other or nearly so: where their pointers lie in the file.
struct NearEntries {
  std::size_t first;
  std::size_t second;
};

/// All the damages to one file, numbered.
class Damages final {
 public:
  Damages(std::string database, std::vector<std::string> journals, const RowEdits& row_edits);

  [[nodiscard]] std::uint64_t count(DamageKind kind) const;

  /// So many of what happens to a file, and as many edits of records; each kind spread evenly over its
  /// numbers, the seed says where it begins. 0: all there are. Less what would change nothing, such as a zero
  /// that becomes a zero.
  [[nodiscard]] std::vector<DamageId> choose(std::uint64_t cases, std::uint64_t seed) const;

  [[nodiscard]] Damaged apply(const DamageId& id) const;

 private:
  [[nodiscard]] bool changes_nothing(const DamageId& id) const;
  [[nodiscard]] char byte_after(std::uint64_t number) const;
  [[nodiscard]] Damaged with_byte(std::uint64_t number) const;
  [[nodiscard]] Damaged with_swap(std::uint64_t number) const;
  [[nodiscard]] Damaged with_order(std::uint64_t number) const;
  [[nodiscard]] Damaged with_journal(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t pages() const;

  std::string database_;
  std::vector<std::string> journals_;
  std::vector<NearEntries> near_entries_;
  const RowEdits* row_edits_;
};

}  // namespace stagepass::proof
