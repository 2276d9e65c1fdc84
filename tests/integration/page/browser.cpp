#include "browser.hpp"

#include <fmt/core.h>
#include <sodium.h>

#include <stdexcept>
#include <support/content.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

constexpr Timeout kLongestLife = std::chrono::minutes(5);
constexpr Timeout kLongestStep = std::chrono::seconds(30);
constexpr int kScriptMilliseconds = 20'000;
constexpr std::size_t kMostInserted = 20'000;  // more takes the browser minutes, line by line

std::vector<std::uint8_t> from_base64(const std::string& text) {
  std::vector<std::uint8_t> bytes(text.size());
  std::size_t size = 0;
  if (::sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                          nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    throw std::runtime_error("no base64");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Browser& Browser::instance() {
  static Browser browser;
  return browser;
}

Browser::Browser() {
  start_driver();
  session_ = command("POST", "/session", wanted()).at("sessionId").get<std::string>();
  in_session("POST", "/timeouts", {{"script", kScriptMilliseconds}});
}

// The browser first: its driver is killed with all that it started, but a browser that ends by itself leaves no
// half-written profile for the folder to be taken away from under it.
Browser::~Browser() {
  try {
    quit();
  } catch (const std::exception&) {
    driver_.reset();
  }
}

void Browser::quit() {
  if (!session_.empty()) {
    in_session("DELETE", "");
    session_.clear();
  }
}

void Browser::start_driver() {
  Command driver;
  driver.argv = {"/usr/bin/chromedriver", "--port=0", "--allowed-ips=127.0.0.1"};
  driver.environment = {{"HOME", folder().string()}, {"TMPDIR", folder().string()}};
  driver.timeout = kLongestLife;
  driver.output_limit = 1UL << 20U;
  driver_ = must(process_.start(driver));
  constexpr std::string_view kStarted = "started successfully on port ";
  const std::string line = must(driver_->wait_for_output(kStarted, kLongestStep));
  const int port = std::stoi(line.substr(line.find(kStarted) + kStarted.size()));
  client_ = std::make_unique<targets::HttpClient>(
      must(targets::parse_http_url(fmt::format("http://127.0.0.1:{}", port))));
}

Json Browser::wanted() const {
  const Json arguments = {
      "--headless=new",
      "--no-sandbox",  // which root cannot have
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-features=AutofillServerCommunication",  // which asks what kinds of fields a form has
      "--disable-breakpad",
      "--no-first-run",
      "--window-size=900,1100",
      fmt::format("--user-data-dir={}", profile().string()),
      fmt::format("--proxy-server=http://127.0.0.1:{}", network_.port()),
      "--proxy-bypass-list=<-loopback>",
  };
  return {
      {"capabilities",
       {{"alwaysMatch",
         {{"browserName", "chrome"},
          {"unhandledPromptBehavior", "ignore"},
          {"goog:chromeOptions", {{"binary", "/usr/lib/chromium/chromium"}, {"args", arguments}}},
          {"goog:loggingPrefs", {{"browser", "INFO"}, {"performance", "ALL"}}}}}}}};
}

Json Browser::command(const std::string& method, const std::string& path, const Json& body) {
  targets::HttpRequest request;
  request.method = method;
  request.path = path;
  request.longest_body = 32UL << 20U;
  const Secret text = Secret::copy_of(body.is_null() ? "" : body.dump());
  if (!body.is_null()) {
    request.content_type = "application/json";
    request.body = &text;
  }
  const auto response = must(client_->send(request, targets::Deadline(kLongestStep)));
  const Json answer = Json::parse(response.body, nullptr, false);
  if (response.status != 200 || !answer.is_object()) {
    throw std::runtime_error(fmt::format("{} {}: {}", method, path, response.body.substr(0, 500)));
  }
  return answer.at("value");
}

Json Browser::in_session(const std::string& method, const std::string& path, const Json& body) {
  return command(method, "/session/" + session_ + path, body);
}

void Browser::open(const std::string& url) {
  in_session("POST", "/url", {{"url", url}});
}

void Browser::reload() {
  in_session("POST", "/refresh", Json::object());
}

Json Browser::run(const std::string& script, const Json& arguments) {
  return in_session("POST", "/execute/sync", {{"script", script}, {"args", arguments}});
}

void Browser::wait_until(const std::string& expression) {
  run("const holds = () => Boolean(" + expression + R"js();
      return holds() || new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (holds()) { observer.disconnect(); resolve(true); }
        });
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      });)js");
}

std::string Browser::element(const std::string& selector) {
  const Json found =
      in_session("POST", "/element", {{"using", "css selector"}, {"value", selector}});
  return found.begin().value().get<std::string>();
}

void Browser::click(const std::string& selector) {
  in_session("POST", "/element/" + element(selector) + "/click", Json::object());
}

void Browser::type(const std::string& selector, const std::string& keys) {
  in_session("POST", "/element/" + element(selector) + "/value", {{"text", keys}});
}

void Browser::paste(const std::string& selector, const std::string& text) {
  run("const field = document.querySelector(arguments[0]); field.focus(); field.select();",
      {selector});
  if (text.size() < kMostInserted) {
    devtools("Input.insertText", {{"text", text}});
  } else {
    run("document.activeElement.value = arguments[0]", {text});
  }
}

std::string Browser::text(const std::string& selector) {
  return run("return document.querySelector(arguments[0]).innerText", {selector});
}

bool Browser::is_shown(const std::string& selector) {
  return run("return document.querySelector(arguments[0]).checkVisibility()", {selector});
}

Json Browser::devtools(const std::string& command, const Json& parameters) {
  return in_session("POST", "/goog/cdp/execute", {{"cmd", command}, {"params", parameters}});
}

void Browser::answer_question(bool yes) {
  in_session("POST", yes ? "/alert/accept" : "/alert/dismiss", Json::object());
}

void Browser::take_picture(const std::filesystem::path& file) {
  const auto png = from_base64(in_session("GET", "/screenshot"));
  write_content(file, std::string(png.begin(), png.end()));
}

std::vector<Json> Browser::log(const std::string& kind) {
  return in_session("POST", "/se/log", {{"type", kind}});
}

std::vector<std::string> Browser::console() {
  std::vector<std::string> lines;
  for (const Json& entry : log("browser")) {
    lines.push_back(entry.at("message"));
  }
  return lines;
}

std::vector<std::string> Browser::addresses() {
  std::vector<std::string> found;
  for (const Json& entry : log("performance")) {
    const Json event = Json::parse(entry.at("message").get<std::string>()).at("message");
    if (event.at("method") == "Network.requestWillBeSent") {
      found.push_back(event.at("params").at("request").at("url"));
    }
  }
  return found;
}

}  // namespace stagepass::tests
