// What a Shopware shop, or whatever answers in its place, says over its Admin API: a status and a body.

#include "targets/shopware/api_answer.hpp"
#include "targets/shopware/user_identity.hpp"

#include <stagepass/core/marker.hpp>

#include <charconv>
#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

using targets::ApiAnswer;
using targets::HttpResponse;

template <class T>
bool is_given(const Result<T>& answer) {
  if (!answer) {
    require(answer.error().code == Errc::unreachable || answer.error().code == Errc::refused,
            "a shop said no, or it is unknown what it said");
    require_safe(answer.error());
  }
  return answer.has_value();
}

void try_user(const targets::BackOfficeUser& user) {
  require(targets::is_shopware_id(user.id), "a user has an id");
  for (const MarkedAccount& mark : targets::marks_on(user)) {
    require(mark.marker.starts_with(kMarkerPrefix), "a marker begins as every marker does");
    require(mark.user_name == user.username || user.id == targets::id_for_marker(mark.marker),
            "a listed name is the user's, or the one that its id stands for");
  }
}

void try_api_answer(std::string_view input) {
  HttpResponse response;
  const std::string_view status = take_until(input, '\n');
  std::from_chars(status.data(), status.data() + status.size(), response.status);
  response.headers = {{"content-type", "application/json"}};
  response.body = input;
  const Result<ApiAnswer> answer = ApiAnswer::parse(response);
  if (!is_given(answer)) {
    return;
  }
  if (answer->is_error()) {
    require(!answer->code().empty(), "an error has a code");
    require_safe(answer->failure().value());
  }
  const auto users = answer->users();
  if (is_given(users)) {
    require(!answer->is_error(), "an error is no list");
    for (const targets::BackOfficeUser& each : *users) {
      try_user(each);
    }
  }
  if (const auto ids = answer->ids(); is_given(ids)) {
    require(!users || ids->size() == users->size(), "every user has an id");
  }
  is_given(answer->total());
  is_given(answer->version());
  require(!answer->says_in_use() || answer->is_error(), "only an error says that it is in use");
  require(!answer->says_taken() || answer->is_error(), "only an error says that it is taken");
}

const Registration registration({"api_answer", try_api_answer});

}  // namespace
}  // namespace stagepass::fuzz
