#pragma once

#include <dlfcn.h>

namespace stagepass::system {

/// A library of the system that is loaded when it is first needed.
///
/// The client libraries of databases and web servers bring thirty others (Kerberos, LDAP, TLS) and
/// ten milliseconds into every start of a program that is linked with them, also into those that
/// only list grants. Never unloaded: OpenSSL, which comes with all of them, does not like it.
class LoadedLibrary final {
 public:
  explicit LoadedLibrary(const char* file) : handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {}

  template <class Function>
  LoadedLibrary& find(const char* name, Function& function) {
    void* symbol = handle_ == nullptr ? nullptr : ::dlsym(handle_, name);
    is_whole_ = is_whole_ && symbol != nullptr;
    function = reinterpret_cast<Function>(symbol);
    return *this;
  }

  /// Were all functions found that were looked for?
  [[nodiscard]] bool is_whole() const { return handle_ != nullptr && is_whole_; }

 private:
  void* handle_;
  bool is_whole_ = true;
};

}  // namespace stagepass::system
