#pragma once

#include "stage.hpp"
#include "supervisor.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::proof {

/// A file, whatever its names are: its place in `DiskImage::files`.
using FileNumber = std::size_t;

/// What a disk holds.
struct DiskImage {
  std::vector<std::string> files;
  std::map<std::filesystem::path, FileNumber> names;
  std::set<std::filesystem::path> folders;
};

/// One thing that a program had done to the disk.
struct DiskChange {
  enum class Kind {
    name_file,  ///< `path` is a name of `file`: made or linked
    rename,     ///< from `path` to `to`
    remove_name,
    make_folder,
    remove_folder,
    write,
    truncate,
    sync_file,
    sync_folder,
  };
  Kind kind = Kind::write;
  std::filesystem::path path;
  std::filesystem::path to;
  FileNumber file = 0;
  std::uint64_t offset = 0;  ///< of a write; the size of a truncate
  std::string bytes;
};

/// A moment at which the power may fail.
struct Moment {
  std::size_t changes = 0;                     ///< so many of them were made
  std::map<std::string, std::string> targets;  ///< the files of the state folders
  std::string output;                          ///< what was printed
  bool is_over = false;                        ///< the program had ended
};

/// One run of a command, as the disk below a stage (but for its targets) lived through it.
struct DiskLog {
  DiskImage before;
  std::vector<DiskChange> changes;
  std::vector<Moment> moments;
  ProgramEnd end;
};

/// Runs the command on the stage and writes everything down. Throws if it does something to a file
/// that this does not know.
[[nodiscard]] DiskLog record(const Stage& stage, const Program& program);

}  // namespace stagepass::proof
