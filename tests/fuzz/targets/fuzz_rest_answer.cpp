// What a shop, or whatever answers in its place, says over REST: a status, a count, and a body.

#include "targets/wordpress/rest_answer.hpp"
#include "targets/wordpress/user_mark.hpp"

#include <stagepass/core/marker.hpp>

#include <charconv>
#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

using targets::HttpResponse;
using targets::RestAnswer;

template <class T>
bool is_given(const Result<T>& answer) {
  if (!answer) {
    require(answer.error().code == Errc::unreachable || answer.error().code == Errc::refused,
            "a shop said no, or it is unknown what it said");
    require_safe(answer.error());
  }
  return answer.has_value();
}

void try_user(const targets::ShopUser& user) {
  require(user.id > 0, "a user has a number");
  for (const std::string& marker : targets::markers_on(user)) {
    require(marker.starts_with(kMarkerPrefix), "a marker begins as every marker does");
  }
}

void try_rest_answer(std::string_view input) {
  HttpResponse response;
  const std::string_view status = take_until(input, '\n');
  std::from_chars(status.data(), status.data() + status.size(), response.status);
  response.headers = {{"content-type", "application/json"},
                      {"x-wp-total", std::string(take_until(input, '\n'))}};
  response.body = input;
  const Result<RestAnswer> answer = RestAnswer::parse(response);
  if (!is_given(answer)) {
    return;
  }
  if (const auto user = answer->user(); is_given(user)) {
    try_user(*user);
  }
  if (const auto users = answer->users(); is_given(users)) {
    require(!answer->is_error(), "an error is no list");
    for (const targets::ShopUser& each : *users) {
      try_user(each);
    }
  }
  if (const auto admin = answer->admin(); is_given(admin)) {
    require(admin->id > 0, "an admin has a number");
  }
  is_given(answer->total());
  is_given(answer->deleted());
  is_given(answer->deleted_count());
  is_given(answer->has_namespace("wp/v2"));
  is_given(answer->has_authentication("application-passwords"));
}

const Registration registration({"rest_answer", try_rest_answer});

}  // namespace
}  // namespace stagepass::fuzz
