#include "manners.hpp"

#include <fmt/format.h>

#include <csignal>

namespace stagepass::proof {
namespace {

constexpr int kPending = 10;  ///< said in a sentence of its own, which is no error
constexpr int kSignalBase = 128;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// glibc's name service and its loader use memory that they did not get.
bool is_of_the_c_library(const ProgramEnd& end) {
  const auto is_in = [&](const char* file) {
    return end.faulting_file.find(file) != std::string::npos;
  };
  return end.exit_status == kSignalBase + SIGSEGV && (is_in("/libc.so") || is_in("/ld-linux"));
}

}  // namespace

Objections judge_manners(const ProgramEnd& end, MayAbort may_abort) {
  Objections objections;
  const auto object = [&](const std::string& what) {
    objections.push_back({Invariant::damaged, fmt::format("{} (exit {}: {})", what, end.exit_status,
                                                          end.standard_error)});
  };
  const bool has_aborted = end.exit_status == kSignalBase + SIGABRT || is_of_the_c_library(end);
  if (end.took_too_long) {
    object("it did not end by itself");
  } else if (end.was_killed && !(has_aborted && may_abort == MayAbort::yes)) {
    object("a signal ended it " + end.faulting_file);
  }
  if (end.exit_status == 0 || end.was_killed || may_abort == MayAbort::yes) {
    return objections;
  }
  const auto errors = count(end.standard_error, "stagepass: error: ");
  const bool is_pending =
      end.exit_status == kPending && count(end.standard_error, "stagepass: ") > 0;
  if (errors > 1 || (errors == 0 && !is_pending)) {
    object("it did not say what was wrong in one sentence");
  }
  return objections;
}

void tell_story(Objections& objections, const std::string& story) {
  for (Violation& violation : objections) {
    violation.what += " [" + story + "]";
  }
}

}  // namespace stagepass::proof
