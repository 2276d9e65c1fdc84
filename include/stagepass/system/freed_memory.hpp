#pragma once

namespace stagepass::system {

/// Overwrites what a library frees while this object lives.
///
/// libpq copies a password to plain memory several times while it logs in, and libqrencode while it draws; neither
/// wipes all of it. glibc overwrites freed blocks if told to, except the few of each size that it keeps at hand;
/// those are taken, wiped and given back at the end.
/// Threads: any; what other threads free meanwhile is overwritten too.
class FreedMemoryIsWiped final {
 public:
  FreedMemoryIsWiped();
  FreedMemoryIsWiped(const FreedMemoryIsWiped&) = delete;
  FreedMemoryIsWiped& operator=(const FreedMemoryIsWiped&) = delete;
  FreedMemoryIsWiped(FreedMemoryIsWiped&&) = delete;
  FreedMemoryIsWiped& operator=(FreedMemoryIsWiped&&) = delete;
  ~FreedMemoryIsWiped();
};

}  // namespace stagepass::system
