#include <age/base64_text.hpp>
#include <age/header.hpp>
#include <age/kdf.hpp>
#include <algorithm>
#include <optional>

namespace stagepass::age {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1";
constexpr std::string_view kStanzaMark = "-> ";
constexpr std::string_view kEndMark = "---";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kBytesOfFullLine = kColumns / 4 * 3;

bool is_visible(char c) {
  return c > ' ' && c < 0x7F;
}

/// Takes line after line from a text; a line ends with LF, everything else is part of it.
class Lines final {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  /// Without its LF; nothing if there is no whole line left.
  [[nodiscard]] std::optional<std::string_view> next() {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  [[nodiscard]] std::size_t position() const noexcept { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::vector<std::string>> parse_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  while (true) {
    const std::string_view argument = text.substr(0, text.find(' '));
    if (argument.empty() || !std::all_of(argument.begin(), argument.end(), is_visible)) {
      return std::nullopt;
    }
    arguments.emplace_back(argument);
    if (argument.size() == text.size()) {
      return arguments;
    }
    text.remove_prefix(argument.size() + 1);
  }
}

/// Full lines, then one that is not full and may be empty.
std::optional<std::vector<std::uint8_t>> parse_body(Lines& lines) {
  std::vector<std::uint8_t> body;
  while (true) {
    const auto line = lines.next();
    if (!line || line->size() > kColumns) {
      return std::nullopt;
    }
    std::array<std::uint8_t, kBytesOfFullLine> bytes{};
    const auto size = decode_base64(*line, Padding::none, bytes);
    if (!size) {
      return std::nullopt;
    }
    body.insert(body.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*size));
    if (line->size() < kColumns) {
      return body;
    }
  }
}

std::optional<Stanza> parse_stanza(std::string_view first_line, Lines& lines) {
  if (!first_line.starts_with(kStanzaMark)) {
    return std::nullopt;
  }
  auto arguments = parse_arguments(first_line.substr(kStanzaMark.size()));
  if (!arguments) {
    return std::nullopt;
  }
  auto body = parse_body(lines);
  if (!body) {
    return std::nullopt;
  }
  return Stanza{*std::move(arguments), *std::move(body)};
}

/// "--- " and the MAC.
bool parse_end(std::string_view line, std::size_t position, Header& header) {
  if (line.size() <= kEndMark.size() || line[kEndMark.size()] != ' ') {
    return false;
  }
  const auto mac = decode_exactly<32>(line.substr(kEndMark.size() + 1));
  if (!mac || header.stanzas.empty()) {
    return false;
  }
  header.mac = *mac;
  header.size = position;
  return true;
}

tl::unexpected<Refusal> refuse_version(std::string_view line) {
  const bool is_newer = line.starts_with(kFileStart) && line.size() > kFileStart.size() &&
                        std::all_of(line.begin(), line.end(), is_visible);
  return refuse(Flaw::header, is_newer ? "it has another version of the format" : "");
}

}  // namespace

std::string write_stanza(const Stanza& stanza) {
  std::string text = "->";
  for (const std::string& argument : stanza.arguments) {
    text.append(" ").append(argument);
  }
  const std::string body = encode_base64(stanza.body, Padding::none);
  // A body that fills its last line is followed by an empty one.
  for (std::size_t at = 0; at <= body.size(); at += kColumns) {
    text.append("\n").append(body, at, kColumns);
  }
  return text.append("\n");
}

Checked<Header> parse_header(std::string_view file) {
  const std::string_view text = file.substr(0, kLongestHeader);
  Lines lines(text);
  const auto version = lines.next();
  if (version != kVersionLine) {
    return refuse_version(version.value_or(""));
  }
  Header header;
  std::size_t start = lines.position();
  for (auto line = lines.next(); line; line = lines.next()) {
    if (line->starts_with(kEndMark)) {
      header.covered = start + kEndMark.size();
      return parse_end(*line, lines.position(), header) ? Checked<Header>(std::move(header))
                                                        : refuse(Flaw::header);
    }
    auto stanza = parse_stanza(*line, lines);
    if (!stanza) {
      break;
    }
    header.stanzas.push_back(*std::move(stanza));
    start = lines.position();
  }
  return refuse(Flaw::header);
}

std::array<std::uint8_t, 32> header_mac(const Secret& file_key, std::string_view covered) {
  const Secret key = hkdf(file_key.reveal(), {}, "header");
  return hmac(key, bytes_of(covered));
}

std::string write_header(const std::vector<Stanza>& stanzas, const Secret& file_key) {
  std::string text(kVersionLine);
  text.append("\n");
  for (const Stanza& stanza : stanzas) {
    text.append(write_stanza(stanza));
  }
  text.append(kEndMark);
  const std::string mac = encode_base64(header_mac(file_key, text), Padding::none);
  return text.append(" ").append(mac).append("\n");
}

}  // namespace stagepass::age
