#pragma once

#include <stagepass/vault/vault.hpp>

#include <memory>
#include <support/memory_keyring.hpp>
#include <support/results.hpp>
#include <utility>

namespace stagepass::tests {

/// The vault that `open` makes of a place for keyrings, with its first epoch in it.
template <class Open>
vault::Vault with_first_epoch(
    Open open, std::shared_ptr<KeyringPlace> place = std::make_shared<MemoryKeyring>()) {
  vault::Vault vault = open(std::move(place));
  must(vault.make_keyring(1, Timestamp(std::chrono::seconds(1'800'000'000))));
  return vault;
}

}  // namespace stagepass::tests
