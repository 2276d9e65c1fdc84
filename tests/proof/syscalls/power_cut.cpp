#include "power_cut.hpp"

#include <algorithm>
#include <fstream>
#include <random>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;
using Kind = DiskChange::Kind;

constexpr std::size_t kSector = 512;

bool is_about_content(Kind kind) {
  return kind == Kind::write || kind == Kind::truncate;
}

fs::path folder_of(const DiskChange& change) {
  return (change.kind == Kind::rename ? change.to : change.path).parent_path();
}

/// Which of the first `count` changes a sync has made to stay.
std::vector<bool> lasting(const DiskLog& log, std::size_t count) {
  std::vector<bool> result(count, false);
  std::set<FileNumber> synced_files;
  std::set<fs::path> synced_folders;
  for (std::size_t i = count; i-- > 0;) {
    const DiskChange& change = log.changes[i];
    if (change.kind == Kind::sync_file) {
      synced_files.insert(change.file);
    } else if (change.kind == Kind::sync_folder) {
      synced_folders.insert(change.path);
    } else {
      result[i] = is_about_content(change.kind) ? synced_files.contains(change.file)
                                                : synced_folders.contains(folder_of(change));
    }
  }
  return result;
}

class Disaster final {
 public:
  Disaster(DiskImage before, std::uint64_t seed) : image_(std::move(before)), random_(seed) {}

  void apply(const DiskChange& change) {
    switch (change.kind) {
      case Kind::name_file:
        image_.names[change.path] = change.file;
        break;
      case Kind::rename:
        rename(change);
        break;
      case Kind::remove_name:
        image_.names.erase(change.path);
        break;
      case Kind::make_folder:
        image_.folders.insert(change.path);
        break;
      case Kind::remove_folder:
        image_.folders.erase(change.path);
        break;
      case Kind::truncate:
        image_.files[change.file].resize(change.offset);
        break;
      case Kind::write:
        put(change, 0, change.bytes);
        break;
      case Kind::sync_file:
      case Kind::sync_folder:
        break;
    }
  }

  /// As chance will have it.
  void perhaps_apply(const DiskChange& change) {
    const auto dice = random_() % 4;
    if (change.kind == Kind::write && dice >= 2) {
      apply_in_part(change, dice == 2);
    } else if (dice % 2 == 0) {
      apply(change);
    }
  }

  DiskImage take() { return std::move(image_); }

 private:
  /// The name may be new only because an earlier change did not last: the file goes by its number.
  void rename(const DiskChange& change) {
    image_.names[change.to] = change.file;
    const auto old = image_.names.find(change.path);
    if (old != image_.names.end() && old->second == change.file) {
      image_.names.erase(old);
    }
  }

  void put(const DiskChange& change, std::size_t begin, const std::string& bytes) {
    std::string& content = image_.files[change.file];
    content.resize(std::max<std::size_t>(content.size(), change.offset + begin + bytes.size()));
    std::copy(bytes.begin(), bytes.end(),
              content.begin() + static_cast<std::ptrdiff_t>(change.offset + begin));
  }

  void apply_in_part(const DiskChange& change, bool with_garbage) {
    for (std::size_t at = 0; at < change.bytes.size(); at += kSector) {
      if (random_() % 2 == 0) {
        continue;
      }
      std::string sector = change.bytes.substr(at, kSector);
      if (with_garbage && random_() % 2 == 0) {
        std::generate(sector.begin(), sector.end(),
                      [this] { return static_cast<char>(random_() & 0xFFU); });
      }
      put(change, at, sector);
    }
  }

  DiskImage image_;
  std::mt19937_64 random_;
};

}  // namespace

DiskImage after_power_cut(const DiskLog& log, std::size_t changes, std::uint64_t seed, Disk disk) {
  const std::vector<bool> lasts =
      disk == Disk::honest ? lasting(log, changes) : std::vector<bool>(changes, false);
  Disaster disaster(log.before, seed);
  for (std::size_t i = 0; i < changes; ++i) {
    lasts[i] ? disaster.apply(log.changes[i]) : disaster.perhaps_apply(log.changes[i]);
  }
  return disaster.take();
}

void materialise(const DiskImage& image, const Moment& moment, const Stage& recorded,
                 const Stage& stage) {
  const auto moved = [&](const fs::path& path) {
    return stage.folder() / path.lexically_relative(recorded.folder());
  };
  fs::remove_all(stage.folder());
  fs::create_directory(stage.folder());
  for (const fs::path& folder : image.folders) {  // parents come first
    std::error_code without_parent;
    fs::create_directory(moved(folder), without_parent);
    fs::permissions(moved(folder), fs::perms::owner_all, without_parent);
  }
  for (const auto& [name, file] : image.names) {
    if (fs::exists(moved(name).parent_path())) {
      std::ofstream(moved(name), std::ios::binary) << image.files[file];
      fs::permissions(moved(name), fs::perms::owner_read | fs::perms::owner_write);
    }
  }
  fs::create_directories(stage.folder() / "state");
  for (const auto& [name, content] : moment.targets) {
    const fs::path path = stage.folder() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
}

}  // namespace stagepass::proof
