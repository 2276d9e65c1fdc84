#include "store/sqlite/transaction.hpp"

#include "store/sqlite/statement.hpp"

namespace stagepass::store {

Result<Transaction> Transaction::begin(Connection& connection) {
  SP_ASSIGN(auto statement, connection.prepare("BEGIN IMMEDIATE"));
  SP_TRY(statement.run());
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ != nullptr) {
    connection_->roll_back();
  }
}

Result<void> Transaction::commit() {
  SP_ASSIGN(auto statement, connection_->prepare("COMMIT"));
  return statement.run();
}

}  // namespace stagepass::store
