#pragma once

#include <stagepass/core/audit.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::store {

// An audit log that is a vector.

inline AuditHead head_of(const std::vector<AuditEntry>& log) {
  return log.empty() ? AuditHead{} : AuditHead{log.back().position, log.back().hash};
}

inline void append(std::vector<AuditEntry>& log, AuditEntry entry) {
  const AuditHead head = extended(head_of(log), entry);
  entry.position = head.size;
  entry.hash = head.hash;
  log.push_back(std::move(entry));
}

/// The record with the MAC that the newest entry that names it gives to it.
template <class Record>
Record vouched(const std::vector<AuditEntry>& log, Record record) {
  const std::string name = record_name(record);
  const std::vector<std::string> subjects = vouching_subjects(record);
  record.vouched_mac.clear();
  for (const AuditEntry& entry : log) {
    if (std::find(subjects.begin(), subjects.end(), entry.subject) == subjects.end()) {
      continue;
    }
    if (auto mac = mac_in(entry.records, name)) {
      record.vouched_mac = *std::move(mac);  // the newest is the last one that is found
    }
  }
  return record;
}

}  // namespace stagepass::store
