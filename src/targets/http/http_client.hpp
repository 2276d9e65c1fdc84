#pragma once

#include "targets/deadline.hpp"
#include "targets/http/http_url.hpp"

#include <stagepass/http/http_client.hpp>

namespace stagepass::targets {

// Back offices are asked with the words of the library that all of stagepass speaks HTTP with.
using http::BasicLogin;
using http::HttpClient;
using http::HttpRequest;
using http::HttpResponse;
using http::percent_encoded;

}  // namespace stagepass::targets
