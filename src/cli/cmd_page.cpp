// stagepass page: the file that opens a hand-off in a browser, without a network. Needs no vault.
#include "cli/commands.hpp"
#include "cli/file_output.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/page/offline_page.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace stagepass::cli {
namespace {

struct PageOptions {
  std::optional<std::string> out;
};

std::string page_json() {
  return fmt::format(R"({{"schema":"stagepass/page/1","bytes":{},"sha256":"{}"}})"
                     "\n",
                     page::offline_page().size(), page::offline_page_sha256());
}

Result<ExitStatus> run_page(Context& context, const PageOptions& options) {
  if (options.out) {
    // Private like every file of ours: who can change the page can change what it does with a key.
    SP_TRY(write_new_file(*options.out, page::offline_page()));
    context.terminal.note(fmt::format("{} has the SHA-256 {}", stagepass::quoted(*options.out),
                                      page::offline_page_sha256()));
  } else if (!context.options.json && context.terminal.output_is_terminal()) {
    return fail(Errc::invalid_argument, "the page is a file for a browser, not for a terminal",
                "stagepass page > open.html");
  }
  if (context.options.json) {
    SP_TRY(context.terminal.print(page_json()));
  } else if (!options.out) {
    SP_TRY(context.terminal.print(page::offline_page()));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_page_command(Command& app, Context& context) {
  auto options = std::make_shared<PageOptions>();
  auto command =
      app.subcommand("page", "print the page that opens a hand-off in a browser; needs no vault");
  command.option("--out FILE", options->out, "into this file, which must not exist yet");
  command.footer(
      "stagepass page > open.html          for whoever is to open hand-offs without stagepass\n"
      "stagepass page | sha256sum          what that file must say, too\n"
      "stagepass page --json               only its size and its SHA-256\n");
  command.runs(context, [options, &context] { return run_page(context, *options); });
}

}  // namespace stagepass::cli
