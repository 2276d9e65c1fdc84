#pragma once

#include <stagepass/handoff/word.hpp>
#include <stagepass/service/grant_service.hpp>

namespace stagepass::service {

/// Is this the word of somebody who could open a hand-off of the grant? Returns the grant as it is now. Changes nothing.
///
/// Failure: `not_found` for a grant that this vault does not have; `invalid_argument` for a word that was not proven with
/// the token of its hand-offs, was edited since, or is of another case or specialist.
/// Secrets: the token of the grant, while it is compared.
[[nodiscard]] Result<GrantWithAccounts> verify_word(Workspace& workspace,
                                                    const handoff::Word& word);

/// Acts on such a word: done ends the grant as finished, compromised as revoked; the records say by whose word.
///
/// Guarantees: may be repeated; of a grant that is over nothing is changed, but that it was compromised is noted once.
/// Failure: as `verify_word` and GrantService::end.
[[nodiscard]] Result<EndReport> act_on_word(Workspace& workspace, const handoff::Word& word,
                                            Progress& progress);

}  // namespace stagepass::service
