#pragma once

#include <stagepass/http/http_url.hpp>

namespace stagepass::targets {

using http::HttpUrl;
using http::parse_http_url;

}  // namespace stagepass::targets
