#pragma once

#include "store/sqlite/connection.hpp"

#include <utility>

namespace stagepass::store {

/// A write transaction: all or nothing. Undone by the destructor unless committed.
class Transaction final {
 public:
  /// Takes the write lock at once: two readers that both want to write later would block each
  /// other, and no waiting helps then.
  [[nodiscard]] static Result<Transaction> begin(Connection& connection);

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;
};

}  // namespace stagepass::store
