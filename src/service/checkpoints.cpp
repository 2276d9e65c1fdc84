#include <stagepass/core/base64.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace stagepass::service {
namespace {

constexpr std::string_view kTime = "time ";
constexpr std::size_t kPage = 1000;
constexpr std::int64_t kStepBack = 100;

Failure broken(std::string what) {
  return fail(Errc::corrupt, std::move(what),
              "nothing is granted, extended or shown until `stagepass recover`; ending goes on");
}

std::string time_of(const Checkpoint& checkpoint) {
  return format_utc(checkpoint.at);
}

Result<Checkpoint> open_checkpoint(const std::string& note, const vault::VerifierKey& key) {
  SP_ASSIGN(const std::string text, vault::open_note(note, key));
  return parse_checkpoint(key.name, text);
}

/// The checkpoint that a place keeps, if this vault has signed it.
Result<std::optional<Checkpoint>> kept_in(CheckpointPlace& place, const vault::VerifierKey& key) {
  SP_ASSIGN(const auto note, place.read());
  if (!note) {
    return std::optional<Checkpoint>();
  }
  auto checkpoint = open_checkpoint(*note, key);
  if (!checkpoint) {
    return broken(fmt::format("the checkpoint in {} is not one that this vault has signed",
                              stagepass::quoted(place.name())));
  }
  return std::optional<Checkpoint>(*checkpoint);
}

Result<void> require_continued(Store& store, const AuditHead& now, const Checkpoint& checkpoint) {
  const AuditHead& then = checkpoint.head;
  if (now.size < then.size) {
    return broken(
        fmt::format("the records are older than what was signed at {}: the audit log has "
                    "{} entries, and had {}",
                    time_of(checkpoint), now.size, then.size));
  }
  SP_ASSIGN(const auto entries, store.audit(then.size - 1, 1));
  if (entries.empty() || entries.front().position != then.size ||
      entries.front().hash != then.hash) {
    return broken(
        fmt::format("the audit log was rewritten: entry {} is not the one that was "
                    "signed at {}",
                    then.size, time_of(checkpoint)));
  }
  return {};
}

/// Both, one after the other: a checkpoint that somebody else keeps in between would be ahead of a
/// head that was read before it.
struct Seen {
  std::vector<std::optional<Checkpoint>> kept;  ///< as the places
  AuditHead now;
};

Result<Seen> look(const Workspace& workspace) {
  Seen seen;
  const vault::VerifierKey key = workspace.vault.verifier_key();
  for (CheckpointPlace* place : workspace.checkpoints) {
    SP_ASSIGN(const auto checkpoint, kept_in(*place, key));
    seen.kept.push_back(checkpoint);
  }
  SP_ASSIGN(seen.now, workspace.store.audit_head());
  for (const auto& checkpoint : seen.kept) {
    if (checkpoint) {
      SP_TRY(require_continued(workspace.store, seen.now, *checkpoint));
    }
  }
  return seen;
}

/// Errors: of the first place, if all fail.
Result<void> write_to(const std::vector<CheckpointPlace*>& places, const std::string& note) {
  Result<void> first;
  bool is_kept = false;
  for (CheckpointPlace* place : places) {
    auto written = place->write(note);
    is_kept = is_kept || written;
    if (first && !written) {
      first = std::move(written);
    }
  }
  return is_kept ? Result<void>() : first;
}

/// Where the newest checkpoint is not yet; nothing if every place that can be read has it.
std::vector<CheckpointPlace*> places_behind(const Workspace& workspace, const Seen& seen) {
  std::vector<CheckpointPlace*> behind;
  bool is_missing = false;
  for (std::size_t i = 0; i < seen.kept.size(); ++i) {
    CheckpointPlace* place = workspace.checkpoints[i];
    if (!seen.kept[i] || seen.kept[i]->head.size < seen.now.size) {
      behind.push_back(place);
      is_missing = is_missing || place->is_readable();
    }
  }
  return is_missing ? behind : std::vector<CheckpointPlace*>();
}

Failure missing(std::int64_t position) {
  return fail(Errc::corrupt, fmt::format("entry {} of the audit log is missing", position));
}

/// How the log stood after its first `size` entries, by what is stored.
Result<AuditHead> stored_head(Store& store, std::int64_t size) {
  if (size == 0) {
    return AuditHead{};
  }
  SP_ASSIGN(const auto last, store.audit(size - 1, 1));
  return last.empty() ? Result<AuditHead>(missing(size)) : AuditHead{size, last.front().hash};
}

struct Stretch {
  AuditHead begin;
  std::vector<AuditEntry> entries;
};

/// The entries behind the first `size` ones up to `end`, which is known to be right: then they are, and so is what
/// they follow.
Result<Stretch> read_stretch(Store& store, std::int64_t size, const AuditHead& end) {
  Stretch stretch;
  SP_ASSIGN(stretch.begin, stored_head(store, size));
  SP_ASSIGN(stretch.entries, store.audit(size, static_cast<std::size_t>(end.size - size)));
  AuditHead head = stretch.begin;
  for (const AuditEntry& entry : stretch.entries) {
    SP_ASSIGN(head, followed_by(head, entry));
  }
  return head == end ? Result<Stretch>(std::move(stretch)) : missing(head.size + 1);
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool is_good = error == std::errc() && end == text.data() + text.size() && size > 0;
  return is_good ? std::optional(size) : std::nullopt;
}

}  // namespace

std::string checkpoint_text(const std::string& signer, const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n{}{}\n", signer, checkpoint.head.size,
                     to_base64(checkpoint.head.hash), kTime, time_of(checkpoint));
}

Result<Checkpoint> parse_checkpoint(const std::string& signer, std::string_view text) {
  const std::string_view origin = take_line(text);
  const auto size = parse_size(take_line(text));
  const auto hash = from_base64(take_line(text));
  const std::string_view time = take_line(text);
  Checkpoint checkpoint;
  if (origin != signer || !size || !hash || hash->size() != checkpoint.head.hash.size() ||
      !time.starts_with(kTime) || !text.empty()) {
    return fail(Errc::invalid_argument, "this is no checkpoint of an audit log");
  }
  checkpoint.head.size = *size;
  std::copy(hash->begin(), hash->end(), checkpoint.head.hash.begin());
  SP_ASSIGN(checkpoint.at, parse_rfc3339(time.substr(kTime.size())));
  return checkpoint;
}

Result<void> require_whole_log(const Workspace& workspace) {
  if (workspace.checkpoints.empty()) {
    return {};
  }
  SP_TRY(look(workspace));
  return {};
}

Result<void> keep_checkpoint(const Workspace& workspace) {
  if (workspace.checkpoints.empty()) {
    return {};
  }
  SP_TRY(workspace.store.still_durable());
  SP_ASSIGN(const Seen seen, look(workspace));
  const std::vector<CheckpointPlace*> behind = places_behind(workspace, seen);
  if (behind.empty() || seen.now == AuditHead{}) {
    return {};
  }
  SP_ASSIGN(const std::string note, signed_checkpoint(workspace, seen.now));
  const auto written = write_to(behind, note);
  const bool is_kept_elsewhere =
      std::any_of(seen.kept.begin(), seen.kept.end(),
                  [&](const auto& kept) { return kept && kept->head == seen.now; });
  return is_kept_elsewhere ? Result<void>() : written;
}

Result<AuditHead> verify_log(const Workspace& workspace, Progress& progress) {
  AuditHead head;
  SP_ASSIGN(const AuditHead end, workspace.store.audit_head());
  while (head.size < end.size) {
    SP_ASSIGN(const auto page, workspace.store.audit(head.size, kPage));
    if (page.empty()) {
      return missing(head.size + 1);
    }
    for (const AuditEntry& entry : page) {
      SP_ASSIGN(head, followed_by(head, entry));
    }
    progress.count(static_cast<std::size_t>(head.size), static_cast<std::size_t>(end.size));
  }
  SP_TRY(require_whole_log(workspace));
  return head;
}

Result<void> walk_back(const Workspace& workspace,
                       const std::function<bool(const AuditEntry&)>& is_enough) {
  SP_ASSIGN(AuditHead end, workspace.store.audit_head());
  SP_TRY(require_whole_log(workspace));
  while (end.size > 0) {
    const std::int64_t begin = std::max<std::int64_t>(end.size - kStepBack, 0);
    SP_ASSIGN(const Stretch stretch, read_stretch(workspace.store, begin, end));
    if (std::any_of(stretch.entries.rbegin(), stretch.entries.rend(), is_enough)) {
      return {};
    }
    end = stretch.begin;
  }
  return {};
}

Result<std::string> signed_checkpoint(const Workspace& workspace, const AuditHead& head) {
  const std::string signer = workspace.vault.verifier_key().name;
  return workspace.vault.sign(checkpoint_text(signer, {head, workspace.clock.now()}));
}

Result<void> keep_checkpoint_anew(const Workspace& workspace) {
  SP_ASSIGN(const AuditHead now, workspace.store.audit_head());
  SP_ASSIGN(const std::string note, signed_checkpoint(workspace, now));
  return write_to(workspace.checkpoints, note);
}

}  // namespace stagepass::service
