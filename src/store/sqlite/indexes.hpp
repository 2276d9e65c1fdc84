#pragma once

#include "store/sqlite/connection.hpp"

namespace stagepass::store {

/// Compares every index with its table and builds all of them anew if one does not agree; true if so. Records are
/// vouched for, indexes are not: who can write the file can make one forget an account, which then is never due.
/// Errors: `corrupt`, if it is not only the indexes.
[[nodiscard]] Result<bool> mend_indexes(Connection& connection);

}  // namespace stagepass::store
