#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/system/files.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// What this host lets others do on it: the settings of the unix driver as lines "key=value", in a
/// file of root that is closed to others; `access` may be a list ("ssh,sftp").
///
/// Nothing that a request says changes any of it.
class TargetSettings final {
 public:
  /// Errors: `refused` if there is no such file or others could have written it,
  /// `invalid_argument` for a line that is no setting.
  [[nodiscard]] static Result<TargetSettings> read(const std::filesystem::path& path);

  /// The target for the unix driver. Errors: `refused` if `access` is not allowed here.
  [[nodiscard]] Result<Target> target_for(std::string_view access) const;

 private:
  explicit TargetSettings(std::map<std::string, std::string> values) : values_(std::move(values)) {}

  std::map<std::string, std::string> values_;
};

/// Others look while one looks; who changes something is alone. Held as long as the object lives.
///
/// The file of the settings itself is locked: nobody else can open it.
class RequestLock final {
 public:
  enum class Kind { looks, changes };
  /// Errors: `unreachable` if others had it until the deadline.
  [[nodiscard]] static Result<RequestLock> take(const std::filesystem::path& settings, Kind kind,
                                                const Deadline& deadline);

 private:
  explicit RequestLock(system::FileDescriptor file) : file_(std::move(file)) {}
  system::FileDescriptor file_;
};

}  // namespace stagepass::targets
