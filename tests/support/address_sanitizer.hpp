#pragma once

// STAGEPASS_ADDRESS_SANITIZER: is this built with it? g++ and clang say so in different ways.
#ifdef __SANITIZE_ADDRESS__
#define STAGEPASS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STAGEPASS_ADDRESS_SANITIZER
#endif
#endif
