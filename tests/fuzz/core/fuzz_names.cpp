// Names and ids: they stand in commands, file names, passwd lines and SQL rows as they are.

#include <stagepass/core/ids.hpp>
#include <stagepass/core/names.hpp>

#include <algorithm>
#include <array>
#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

bool is_harmless(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+#/-";
  return !text.empty() && text.size() <= 64 && text.front() != '-' && text.front() != '.' &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

template <class Parsed>
bool try_one(std::string_view input) {
  const Result<Parsed> parsed = Parsed::parse(input);
  if (!parsed) {
    require(parsed.error().code == Errc::invalid_argument, "a wrong name is a wrong argument");
    require_safe(parsed.error());
    return false;
  }
  require(parsed->str() == input, "a name is kept as it was given");
  require(is_harmless(parsed->str()), "a name holds nothing that a shell or a file takes apart");
  return true;
}

void try_names(std::string_view input) {
  const bool is_target = try_one<TargetName>(input);
  try_one<RecipientName>(input);
  try_one<CaseRef>(input);
  const bool is_grant = try_one<GrantId>(input);
  const bool is_account = try_one<AccountId>(input);
  const std::array kinds = {is_target, is_grant, is_account};
  require(std::count(kinds.begin(), kinds.end(), true) <= 1,
          "no text is two of a target, a grant and an account");
  if (is_account) {
    const std::string user = user_name_for(AccountId::parse(input).value()).str();
    require(try_one<UserName>(user), "the user name of an account is one of ours");
  }
  if (try_one<UserName>(input)) {
    require(input.starts_with("sp") && input.size() == 12, "a user name of ours has one shape");
  }
}

const Registration registration({"names", try_names});

}  // namespace
}  // namespace stagepass::fuzz
