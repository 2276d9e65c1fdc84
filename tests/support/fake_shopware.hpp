#pragma once

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <support/http_server.hpp>
#include <vector>

namespace stagepass::tests {

/// A user of the fake's back office.
struct FakeShopwareUser {
  std::string username;
  std::string email;
  std::string password;
  std::string marker;
  std::vector<std::string> roles;
  std::vector<std::string> access_keys;  ///< ids of keys that open the API without the password
  bool is_active = true;
  bool is_admin = false;
  int passwords_set = 0;  ///< tokens from before the last one open nothing
};

/// A FAKE: no Shopware, which Debian has not. Answers as its Admin API does, as far as the driver asks: modelled on
/// Shopware 6.6's UserController, SymfonyBearerTokenValidator, UserDefinition and ErrorResponseFactory, and on
/// league/oauth2-server 8's errors, all read in their sources. What is guessed is the text of a broken unique or
/// foreign key, which in a real shop comes from its database. Tokens live until they are told to be expired.
class FakeShopware final {
 public:
  static constexpr const char* kClientId = "SWIAFAKEFAKEFAKEFAKEFAKEFA";
  static constexpr const char* kClientSecret = "c2VjcmV0IGFjY2VzcyBrZXk";
  static constexpr const char* kRole = "Support";
  static constexpr const char* kRoleId = "0190aaaabbbbccccddddeeeeffff0001";

  FakeShopware();

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<SeenRequest> seen() const { return server_.seen(); }
  /// How many requests began so.
  [[nodiscard]] int count(const std::string& beginning) const;

  // What a person in the back office, or its owner, does.
  void add_user(const std::string& username, const std::string& email);
  [[nodiscard]] std::optional<FakeShopwareUser> user(const std::string& username) const;
  void change_user(const std::string& username, const FakeShopwareUser& changed);
  void deny(const std::string& right);
  void make_integration_admin() { integration_is_admin_ = true; }
  void set_version(const std::string& version);
  void expire_tokens();
  void forget_integration() { knows_integration_ = false; }
  void limit_logins() { limits_logins_ = true; }
  /// Orders point to every user: none can be deleted.
  void refer_to_all() { is_referred_to_ = true; }
  void add_role(const std::string& name, const std::string& id);

  // What becomes of requests on their way.
  void set_down(bool down) { is_down_ = down; }
  /// The next request that begins so is done, but nobody hears of it.
  void lose_next_reply(const std::string& beginning);
  /// Everything that begins so gets this answer from now on.
  void answer(const std::string& beginning, const std::string& text);

 private:
  struct Token {
    std::string user_id;  ///< empty: the integration's
    int passwords_set = 0;
  };

  void serve(const SeenRequest& request, const HttpServer::Client& client);
  std::string answer_to(const SeenRequest& request);
  std::string answer_to_token_request(const nlohmann::json& body);
  std::string grant_token(const Token& token);
  std::string answer_as_integration(const std::string& method, const std::string& path,
                                    const nlohmann::json& body);
  std::string search(const std::string& entity, const nlohmann::json& criteria);
  std::string write_user(const std::string& id, const nlohmann::json& body);
  std::string delete_user(const std::string& id);
  [[nodiscard]] std::vector<nlohmann::json> records(const std::string& entity) const;
  [[nodiscard]] std::optional<Token> token_of(const SeenRequest& request) const;
  [[nodiscard]] bool may(const std::string& right) const { return !denied_.contains(right); }

  mutable std::mutex mutex_;
  std::map<std::string, FakeShopwareUser> users_;  ///< by id
  std::map<std::string, std::string> roles_;       ///< names by id
  std::map<std::string, Token> tokens_;
  std::set<std::string> denied_;
  std::map<std::string, std::string> answers_;
  std::string version_ = "6.6.10.3";
  std::string lost_;
  int next_number_ = 1;
  std::atomic<bool> is_down_ = false;
  std::atomic<bool> integration_is_admin_ = false;
  std::atomic<bool> knows_integration_ = true;
  std::atomic<bool> limits_logins_ = false;
  std::atomic<bool> is_referred_to_ = false;
  HttpServer server_;
};

/// An answer in JSON.
[[nodiscard]] std::string shopware_json(const std::string& body,
                                        const std::string& status = "200 OK");
/// An error as Shopware's ErrorResponseFactory writes it.
[[nodiscard]] std::string shopware_error(const std::string& status, const std::string& code,
                                         const std::string& detail = "no");

}  // namespace stagepass::tests
