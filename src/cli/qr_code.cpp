#include "cli/qr_code.hpp"

#include <stagepass/system/freed_memory.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <qrencode.h>
#include <string_view>

namespace stagepass::cli {
namespace {

/// Dots around the code that a reader needs.
constexpr std::ptrdiff_t kQuiet = 4;
constexpr std::string_view kWhiteOnBlack = "\x1b[40;97m";
constexpr std::string_view kOwnColours = "\x1b[0m";

struct Release {
  void operator()(QRcode* code) const {
    const auto width = static_cast<std::size_t>(code->width);
    wipe({code->data, width * width});
    ::QRcode_free(code);
  }
};
using Code = std::unique_ptr<QRcode, Release>;

bool is_light(const QRcode& code, std::ptrdiff_t row, std::ptrdiff_t column) {
  const bool is_inside = row >= 0 && column >= 0 && row < code.width && column < code.width;
  return !is_inside || (code.data[row * code.width + column] & 1U) == 0;
}

/// Of two dots above each other: the light ones are drawn.
std::string_view block_of(bool upper, bool lower) {
  if (upper) {
    return lower ? "\u2588" : "\u2580";
  }
  return lower ? "\u2584" : " ";
}

/// Gives the picture to `put`, piece by piece.
template <class Put>
void draw(const QRcode& code, bool coloured, const Put& put) {
  const std::ptrdiff_t end = code.width + kQuiet;
  for (std::ptrdiff_t row = -kQuiet; row < end; row += 2) {
    put(coloured ? kWhiteOnBlack : "");
    for (std::ptrdiff_t column = -kQuiet; column < end; ++column) {
      const bool is_below_light = row + 1 < end && is_light(code, row + 1, column);
      put(block_of(is_light(code, row, column), is_below_light));
    }
    put(coloured ? kOwnColours : "");
    put("\n");
  }
}

}  // namespace

Result<Secret> qr_code(const Secret& text, bool coloured) {
  const system::FreedMemoryIsWiped wiped;
  const Code code(
      ::QRcode_encodeData(static_cast<int>(text.size()), text.reveal().data(), 0, QR_ECLEVEL_M));
  if (!code) {
    return fail(Errc::invalid_argument, "this is more than a QR code holds");
  }
  std::size_t size = 0;
  draw(*code, coloured, [&](std::string_view piece) { size += piece.size(); });
  return Secret::make(size, [&](MutableBytes out) {
    auto next = out.begin();
    draw(*code, coloured,
         [&](std::string_view piece) { next = std::copy(piece.begin(), piece.end(), next); });
  });
}

}  // namespace stagepass::cli
