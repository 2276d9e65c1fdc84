#pragma once

#include <stagepass/ports/store.hpp>

#include <memory>

namespace stagepass::store {

/// The contract of Store in memory: the reference for other stores, and the store of fast tests.
/// Durable only as long as the object.
[[nodiscard]] std::unique_ptr<Store> make_memory_store(VaultRecord vault);

}  // namespace stagepass::store
