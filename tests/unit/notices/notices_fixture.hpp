#pragma once

#include <stagepass/notices/courier.hpp>
#include <stagepass/system/posix_process.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <support/content.hpp>
#include <support/temp_dir.hpp>
#include <sys/stat.h>
#include <utility>
#include <vector>

// The vault of the services' tests, with receivers.
#include "../service/service_fixture.hpp"

namespace stagepass::tests {

using policy::NoticeEvent;
using policy::NoticeRule;

/// A program that notes what it gets, and fails while there is a file "fail" beside it.
inline constexpr const char* kRecorder = R"sh(#!/bin/sh
here=$(dirname "$0")
cat >>"$here/got"
echo "$#$*" >>"$here/arguments"
env >>"$here/environment"
test ! -e "$here/fail"
)sh";

class NoticesFixture : public ServiceFixture {
 public:
  NoticesFixture() { write_program("tell", kRecorder); }

  std::string write_program(const std::string& name, const std::string& text) const {
    const auto path = folder.path() / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0700);
    return path.string();
  }

  [[nodiscard]] NoticeRule to_command(std::vector<NoticeEvent> on = {
                                          policy::kNoticeEvents.begin(),
                                          policy::kNoticeEvents.end()}) const {
    return {.on = std::move(on), .way = policy::CommandNotice{(folder.path() / "tell").string()}};
  }

  [[nodiscard]] notices::Courier courier(const std::filesystem::path& file) {
    return {{workspace, process,
             [this](const vault::WebhookMessage& message) {
               return vault::sign_webhook(message, vault::signing_seed_of(file_key, kVaultId));
             }},
            file};
  }
  [[nodiscard]] notices::Courier courier() { return courier(state); }

  notices::PassReport pass(const std::vector<NoticeRule>& rules,
                           const notices::PassLimits& limits = notices::kPatient) {
    return must(courier().tell(rules, begin, limits, {}));
  }

  /// What the program was told, each as JSON.
  [[nodiscard]] std::vector<nlohmann::json> told() const {
    std::vector<nlohmann::json> told;
    std::istringstream lines(content("got"));
    for (std::string line; std::getline(lines, line);) {
      told.push_back(nlohmann::json::parse(line));
    }
    return told;
  }

  [[nodiscard]] std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const auto& each : told()) {
      kinds.push_back(each.at("event").get<std::string>());
    }
    return kinds;
  }

  [[nodiscard]] std::string content(const std::string& name) const {
    return std::filesystem::exists(folder.path() / name) ? content_of(folder.path() / name) : "";
  }

  void break_receiver() const { std::ofstream(folder.path() / "fail") << "x"; }
  void mend_receiver() const { std::filesystem::remove(folder.path() / "fail"); }

  void finish(const GrantWithAccounts& grant) {
    must(grants.end({.id = grant.grant.id}, EndReason::finished, progress));
  }

  void retrieve(const GrantWithAccounts& grant) {
    must(grants.retrieve(grant.grant.id, std::nullopt,
                         [](const service::ShownGrant& /*shown*/) { return Result<void>(); }));
  }

  TempDir folder;
  system::PosixProcess process;
  std::filesystem::path state = folder.path() / "notices.json";
  AuditHead begin = must(store->audit_head());
};

}  // namespace stagepass::tests
