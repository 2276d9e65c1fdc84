#include <stagepass/system/checkpoint_file.hpp>
#include <stagepass/system/files.hpp>

#include <system_error>
#include <utility>

namespace stagepass::system {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestNote = 4096;

class CheckpointFile final : public CheckpointPlace {
 public:
  explicit CheckpointFile(fs::path path) : path_(std::move(path)) {}

  std::string name() const override { return path_.string(); }

  Result<std::optional<std::string>> read() override {
    auto content = read_private_file(path_, kLongestNote);
    if (!content && content.error().code == Errc::not_found) {
      return std::optional<std::string>();
    }
    SP_ASSIGN(const Secret note, std::move(content));
    return std::optional<std::string>(note.reveal_text());
  }

  Result<void> write(const std::string& note) override {
    if (std::error_code ignored; !fs::exists(path_.parent_path(), ignored)) {
      SP_TRY(ensure_private_directory(path_.parent_path()));
    }
    SP_ASSIGN(PrivateFile file, PrivateFile::for_replacing(path_));
    SP_TRY(file.write({reinterpret_cast<const std::uint8_t*>(note.data()), note.size()}));
    return file.replace();
  }

 private:
  fs::path path_;
};

}  // namespace

std::unique_ptr<CheckpointPlace> checkpoint_file(fs::path path) {
  return std::make_unique<CheckpointFile>(std::move(path));
}

}  // namespace stagepass::system
