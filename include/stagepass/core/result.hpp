#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace stagepass {

/// What went wrong, as a caller needs to know it. Each code has its exit status of the
/// command line.
enum class Errc {
  invalid_argument,   ///< the person said something that cannot be right; nothing was changed
  aborted,            ///< the person said no, or pressed Ctrl-C at a prompt
  locked,             ///< the key is missing, wrong, or its passphrase is
  not_found,          ///< no such grant, target, vault or file
  expired,            ///< the grant has ended, or its end would lie in the past
  already_retrieved,  ///< a credential is shown once
  unreachable,        ///< the target did not answer; state unknown; trying again helps
  refused,            ///< the target answered no
  pending,            ///< an account is past its end and not yet proven gone
  policy,             ///< the rules of engagement forbid it
  undecryptable,      ///< a sealed record does not open: wrong key or edited
  corrupt,            ///< the database or a file is not what we wrote
  conflict,           ///< it exists already, or somebody else changed it in between
  unavailable,        ///< storage or the system refused; trying again may help
  not_durable,        ///< a sync failed: what is stored is unknown until the vault is opened again
  permission_denied,  ///< this user may not do it
  internal            ///< a bug of ours
};

/// An error as a value: one clear sentence and, where there is one, what the person can do.
///
/// Guarantees: `message` and `hint` never hold secret bytes; foreign text in them is escaped
/// (`escape_untrusted`).
struct Error {
  Errc code = Errc::internal;
  std::string message;
  std::string hint;
};

/// A value or an Error. Ignoring one is a warning, and warnings are errors here: in this program
/// an ignored "deletion failed" would break the promise.
/// Based on: tl::expected, which itself does not warn.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Failure = tl::unexpected<Error>;

[[nodiscard]] inline Failure fail(Errc code, std::string message, std::string hint = {}) {
  return Failure(Error{code, std::move(message), std::move(hint)});
}

[[nodiscard]] inline Failure fail(Error error) {
  return Failure(std::move(error));
}

}  // namespace stagepass

#define SP_CONCAT_INNER(a, b) a##b
#define SP_CONCAT(a, b) SP_CONCAT_INNER(a, b)

/// Returns from the enclosing function if `expression` holds an Error.
#define SP_TRY(expression)                                    \
  do {                                                        \
    if (auto sp_result = (expression); !sp_result) {          \
      return ::stagepass::fail(std::move(sp_result).error()); \
    }                                                         \
  } while (false)

/// Declares `declaration` from the value of `expression`, or returns its Error.
#define SP_ASSIGN(declaration, expression) \
  SP_ASSIGN_IMPL(SP_CONCAT(sp_result_, __COUNTER__), declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): the first argument is a declaration
#define SP_ASSIGN_IMPL(result, declaration, expression)  \
  auto result = (expression);                            \
  if (!(result)) {                                       \
    return ::stagepass::fail(std::move(result).error()); \
  }                                                      \
  declaration = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)
