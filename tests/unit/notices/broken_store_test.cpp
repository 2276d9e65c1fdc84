#include "notices_fixture.hpp"

#include <proof/simulation/forwarding_store.hpp>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Kinds = std::vector<std::string>;

/// The vault as it is with a store that says something else here and there.
class BrokenStore final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    SP_ASSIGN(auto entries, ForwardingStore::audit(after, limit));
    for (AuditEntry& entry : entries) {
      if (entry.position == edited) {
        entry.detail += " and more";
      }
    }
    return entries;
  }
  Result<GrantWithAccounts> grant(const GrantId& id) override {
    return grant_error ? fail(*grant_error) : ForwardingStore::grant(id);
  }

  std::int64_t edited = 0;
  std::optional<Error> grant_error;
};

class Broken : public NoticesFixture {
 public:
  notices::PassReport pass_broken() { return must(try_pass()); }

  Result<notices::PassReport> try_pass() {
    service::Workspace seen{broken, vault, drivers, *guard, random, "merchant (uid 1000)", {}};
    return notices::Courier({seen, process, {}}, state)
        .tell({to_command()}, begin, notices::kPatient, {});
  }

  BrokenStore broken{*store};
};

TEST_CASE_METHOD(Broken, "Notices: behind an entry that is not as it was written nothing is told") {
  granted({"files"});
  broken.edited = begin.size + 1;
  const auto report = pass_broken();
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(), ContainsSubstring("is not as it was written"));
  CHECK(kinds().empty());
  granted({"shop"});
  CHECK(pass_broken().remarks.empty());
  CHECK(kinds() == Kinds{"grant"});
}

TEST_CASE_METHOD(Broken, "Notices: a record that is missing is told and holds up nothing") {
  granted({"files"});
  broken.grant_error = Error{Errc::not_found, "there is no such grant", ""};
  pass_broken();
  broken.grant_error.reset();
  granted({"shop"});
  pass_broken();
  CHECK(kinds() == Kinds{"failure", "grant"});
}

TEST_CASE_METHOD(Broken,
                 "Notices: while the store does not answer nothing is told and nothing is lost") {
  granted({"files"});
  broken.grant_error = Error{Errc::unavailable, "the database is locked", ""};
  CHECK(error_of(try_pass()) == Errc::unavailable);
  CHECK(kinds().empty());
  broken.grant_error.reset();
  pass_broken();
  CHECK(kinds() == Kinds{"grant"});
}

}  // namespace
}  // namespace stagepass::tests
