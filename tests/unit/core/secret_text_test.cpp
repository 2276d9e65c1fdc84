#include <stagepass/core/secret_text.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>

namespace stagepass::tests {
namespace {

std::string json_of(std::string_view text) {
  const Secret secret = Secret::copy_of(text);
  const Secret built = SecretText().add_json(secret).build();
  return std::string(built.reveal_text());
}

}  // namespace

TEST_CASE("SecretText: parts stand in the order they were given") {
  const Secret secret = Secret::copy_of("s3cret");
  const Secret built =
      SecretText().add("user: x\n").add("password: ").add(secret).add("\n").build();
  CHECK(built.reveal_text() == "user: x\npassword: s3cret\n");
}

TEST_CASE("SecretText: a JSON string escapes quotes backslashes and control characters") {
  CHECK(json_of("plain") == "\"plain\"");
  CHECK(json_of("") == "\"\"");
  CHECK(json_of(R"(a"b\c)") == R"("a\"b\\c")");
  CHECK(json_of(std::string_view("\n\0\x1f", 3)) == "\"\\u000a\\u0000\\u001f\"");
  CHECK(json_of("grün") == "\"grün\"");
}

TEST_CASE("SecretText: every printable character survives") {
  std::string all;
  for (char c = ' '; c <= '~'; ++c) {
    all += c;
  }
  std::string expected = "\"";
  for (const char c : all) {
    expected += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  CHECK(json_of(all) == expected + "\"");
}

}  // namespace stagepass::tests
