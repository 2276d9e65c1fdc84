#include "damage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace stagepass::proof {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kPointer = 2;  ///< to an entry, from the head of its page
constexpr std::uint64_t kWaysOfAByte = 3;
/// A journal whole, cut at 200 lengths, and with one byte changed at 200 places.
constexpr std::uint64_t kHarmsOfAJournal = 200;
constexpr std::uint64_t kWaysOfAJournal = 1 + 2 * kHarmsOfAJournal;

/// For each ten cases; the bytes are by far the most of all there are. The edits of records come on top.
struct Share {
  DamageKind kind;
  std::uint64_t of_ten;
};
constexpr std::array<Share, 6> kShares = {{{DamageKind::byte, 5},
                                           {DamageKind::cut, 1},
                                           {DamageKind::swapped, 2},
                                           {DamageKind::order, 1},
                                           {DamageKind::row, 10},
                                           {DamageKind::journal, 1}}};

char changed_byte(char byte, std::uint64_t position, std::uint64_t way) {
  constexpr std::uint64_t kStride = 5;  // neighbours lose different bits
  switch (way) {
    case 0:
      return static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (position * kStride % 8)));
    case 1:
      return '\0';
    default:
      return '\xff';
  }
}

std::string swapped(std::string bytes, std::size_t first, std::size_t second, std::size_t size) {
  const auto at = [&](std::size_t position) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(position);
  };
  std::swap_ranges(at(first), at(first + size), at(second));
  return bytes;
}

/// Where the pointers to the entries of a page lie in it, by the file format of SQLite.
struct PagePointers {
  std::size_t begin;
  std::size_t count;
};

PagePointers pointers_of(std::string_view page, std::size_t header) {
  constexpr std::string_view kTrees = "\x02\x05\x0a\x0d";
  constexpr char kFirstOfLeaves = '\x0a';
  constexpr std::size_t kHeaderOfALeaf = 8;
  constexpr std::size_t kHeaderOfABranch = 12;
  constexpr std::size_t kCount = 3;
  const char type = page[header];
  if (kTrees.find(type) == std::string_view::npos) {
    return {};
  }
  const auto byte = [&](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(page[at])};
  };
  return {header + (type < kFirstOfLeaves ? kHeaderOfABranch : kHeaderOfALeaf),
          byte(header + kCount) << 8U | byte(header + kCount + 1)};
}

std::vector<NearEntries> find_near_entries(std::string_view database) {
  constexpr std::size_t kHeaderOfTheFile = 100;
  constexpr std::size_t kMostApart = 3;
  std::vector<NearEntries> found;
  for (std::size_t page = 0; page < database.size(); page += kPage) {
    const auto pointers =
        pointers_of(database.substr(page, kPage), page == 0 ? kHeaderOfTheFile : 0);
    const auto at = [&](std::size_t entry) { return page + pointers.begin + entry * kPointer; };
    for (std::size_t i = 0; i < pointers.count; ++i) {
      for (std::size_t j = i + 1; j < pointers.count && j <= i + kMostApart; ++j) {
        found.push_back({at(i), at(j)});
      }
    }
  }
  return found;
}

}  // namespace

Damages::Damages(std::string database, std::vector<std::string> journals, const RowEdits& row_edits)
    : database_(std::move(database)),
      journals_(std::move(journals)),
      near_entries_(find_near_entries(database_)),
      row_edits_(&row_edits) {}

std::uint64_t Damages::pages() const {
  return database_.size() / kPage;
}

std::uint64_t Damages::count(DamageKind kind) const {
  switch (kind) {
    case DamageKind::byte:
      return database_.size() * kWaysOfAByte;
    case DamageKind::cut:
      return database_.size();
    case DamageKind::swapped:
      return pages() * (pages() - 1) / 2;
    case DamageKind::order:
      return near_entries_.size();
    case DamageKind::row:
      return row_edits_->count();
    case DamageKind::journal:
      return journals_.size() * kWaysOfAJournal;
  }
  return 0;
}

std::vector<DamageId> Damages::choose(std::uint64_t cases, std::uint64_t seed) const {
  std::vector<DamageId> chosen;
  for (const Share& share : kShares) {
    const std::uint64_t all = count(share.kind);
    const std::uint64_t some = cases == 0 ? all : std::min(all, cases * share.of_ten / 10);
    const std::uint64_t offset = seed * 7'919 % all;
    for (std::uint64_t i = 0; i < some; ++i) {
      chosen.push_back({share.kind, (offset + i * all / some) % all});
    }
  }
  std::erase_if(chosen, [this](const DamageId& id) { return changes_nothing(id); });
  return chosen;
}

bool Damages::changes_nothing(const DamageId& id) const {
  return id.kind == DamageKind::byte &&
         byte_after(id.number) == database_.at(id.number / kWaysOfAByte);
}

char Damages::byte_after(std::uint64_t number) const {
  const std::uint64_t position = number / kWaysOfAByte;
  return changed_byte(database_.at(position), position, number % kWaysOfAByte);
}

Damaged Damages::apply(const DamageId& id) const {
  switch (id.kind) {
    case DamageKind::byte:
      return with_byte(id.number);
    case DamageKind::cut:
      return {fmt::format("cut after {} of {} bytes", id.number, database_.size()),
              database_.substr(0, id.number), std::nullopt};
    case DamageKind::swapped:
      return with_swap(id.number);
    case DamageKind::order:
      return with_order(id.number);
    case DamageKind::row: {
      auto [what, database] = row_edits_->apply(id.number);
      return {std::move(what), std::move(database), std::nullopt};
    }
    case DamageKind::journal:
      break;
  }
  return with_journal(id.number);
}

Damaged Damages::with_byte(std::uint64_t number) const {
  const std::uint64_t position = number / kWaysOfAByte;
  Damaged damaged{"", database_, std::nullopt};
  char& byte = damaged.database.at(position);
  const auto before = static_cast<unsigned char>(byte);
  byte = byte_after(number);
  damaged.what = fmt::format("byte {} is {:#04x} instead of {:#04x}", position,
                             static_cast<unsigned char>(byte), before);
  return damaged;
}

Damaged Damages::with_swap(std::uint64_t number) const {
  std::uint64_t second = 1;
  while (number >= second) {
    number -= second;
    ++second;
  }
  return {fmt::format("pages {} and {} swapped", number + 1, second + 1),
          swapped(database_, number * kPage, second * kPage, kPage), std::nullopt};
}

Damaged Damages::with_order(std::uint64_t number) const {
  const auto [first, second] = near_entries_.at(number);
  return {fmt::format("the entries at {} and {} swapped", first, second),
          swapped(database_, first, second, kPointer), std::nullopt};
}

Damaged Damages::with_journal(std::uint64_t number) const {
  const std::uint64_t which = number / kWaysOfAJournal;
  const std::uint64_t way = number % kWaysOfAJournal;
  std::string journal = journals_.at(which);
  std::string how = "whole";
  if (way > kHarmsOfAJournal) {
    const std::uint64_t position = (way - kHarmsOfAJournal - 1) * journal.size() / kHarmsOfAJournal;
    journal.at(position) = changed_byte(journal.at(position), position, 0);
    how = fmt::format("byte {} changed", position);
  } else if (way > 0) {
    journal.resize((way - 1) * journal.size() / kHarmsOfAJournal);
    how = fmt::format("cut after {} bytes", journal.size());
  }
  return {fmt::format("journal {} beside it, {}", which, how), database_, std::move(journal)};
}

}  // namespace stagepass::proof
