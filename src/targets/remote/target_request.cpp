#include "targets/remote/target_request.hpp"

#include "targets/remote/flat_json.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {
namespace {

constexpr int kProtocol = 1;
constexpr std::size_t kLongestMarker = 64;
// It becomes a field of /etc/passwd; see AccountRef.
constexpr std::string_view kMarkerCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./-";

Failure wrong(std::string what) {
  return fail(Errc::invalid_argument, std::move(what));
}

Result<std::string> marker_in(const FlatJson& json) {
  std::string marker = json.text("account.marker").value_or("");
  if (!marker.starts_with(kMarkerPrefix) || marker.size() > kLongestMarker ||
      marker.find_first_not_of(kMarkerCharacters) != std::string::npos) {
    return wrong(fmt::format("the marker {} is not one of stagepass", quoted(marker)));
  }
  return marker;
}

Result<std::optional<AccountRef>> account_in(const FlatJson& json) {
  const auto id_text = json.text("account.id");
  const auto user_text = json.text("account.user");
  if (!id_text && !user_text && !json.text("account.marker")) {
    return std::optional<AccountRef>();
  }
  SP_ASSIGN(const AccountId id, AccountId::parse(id_text.value_or("")));
  const UserName name = user_name_for(id);
  if (name.str() != user_text) {
    return wrong(fmt::format("{} is not the user name of account {}",
                             quoted(user_text.value_or("")), id.str()));
  }
  SP_ASSIGN(std::string marker, marker_in(json));
  return std::optional(AccountRef{id, name, std::move(marker)});
}

Result<std::optional<Timestamp>> end_in(const FlatJson& json) {
  const auto text = json.text("ends_at");
  if (!text) {
    return std::optional<Timestamp>();
  }
  SP_ASSIGN(const Timestamp at, parse_rfc3339(*text));
  return std::optional(at);
}

Result<std::optional<SshPublicKey>> key_in(const FlatJson& json) {
  const auto text = json.text("public_key");
  if (!text) {
    return std::optional<SshPublicKey>();
  }
  SP_ASSIGN(SshPublicKey key, SshPublicKey::parse(*text));
  return std::optional(std::move(key));
}

}  // namespace

Result<TargetRequest> TargetRequest::parse(std::string_view line) {
  SP_ASSIGN(const FlatJson json, FlatJson::parse(line));
  if (json.number("stagepass") != kProtocol) {
    return wrong("the request is of another version of the protocol");
  }
  TargetRequest request;
  request.operation = json.text("operation").value_or("");
  request.access = json.text("settings.access").value_or("");
  SP_ASSIGN(request.account, account_in(json));
  SP_ASSIGN(request.ends_at, end_in(json));
  SP_ASSIGN(request.public_key, key_in(json));
  request.password = json.secret("password");
  return request;
}

}  // namespace stagepass::targets
