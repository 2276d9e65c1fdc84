#include "cctv_vector.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <support/content.hpp>
#include <support/results.hpp>
#include <zlib.h>

namespace stagepass::tests {
namespace {

std::string inflated(std::string packed) {
  ::z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) {
    throw std::runtime_error("zlib does not start");
  }
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  std::array<char, 65536> buffer{};
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = ::inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (status != Z_STREAM_END) {
    throw std::runtime_error("a vector does not inflate");
  }
  return text;
}

void take_field(CctvVector& vector, std::string_view key, std::string_view value, bool& is_packed) {
  if (key == "expect") {
    vector.expect = value;
  } else if (key == "payload") {
    vector.payload_hash = value;
  } else if (key == "identity") {
    vector.identities.emplace_back(value);
  } else if (key == "passphrase") {
    vector.passphrases.emplace_back(value);
  } else if (key == "armored") {
    vector.is_armored = value == "yes";
  } else if (key == "compressed") {
    is_packed = value == "zlib";
  } else {
    vector.has_unknown_key = vector.has_unknown_key || (key != "file key" && key != "comment");
  }
}

CctvVector read_vector(const std::filesystem::path& path) {
  const std::string text = content_of(path);
  const std::size_t end = text.find("\n\n");
  if (end == std::string::npos) {
    throw std::runtime_error("this is no vector: " + path.string());
  }
  CctvVector vector;
  vector.name = path.filename().string();
  bool is_packed = false;
  std::string_view fields = std::string_view(text).substr(0, end + 1);
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find('\n'));
    fields.remove_prefix(line.size() + 1);
    const std::size_t colon = line.find(": ");
    take_field(vector, line.substr(0, colon), line.substr(colon + 2), is_packed);
  }
  vector.file = text.substr(end + 2);
  if (is_packed) {
    vector.file = inflated(std::move(vector.file));
  }
  return vector;
}

}  // namespace

bool CctvVector::needs_post_quantum() const {
  return std::any_of(identities.begin(), identities.end(), [](const std::string& identity) {
    return identity.starts_with("AGE-SECRET-KEY-PQ-1");
  });
}

std::vector<age::Identity> CctvVector::keys() const {
  std::vector<age::Identity> keys;
  for (const std::string& identity : identities) {
    for (age::Identity& key : must(age::read_identities(Secret::copy_of(identity)))) {
      keys.push_back(std::move(key));
    }
  }
  for (const std::string& passphrase : passphrases) {
    keys.push_back(must(age::Identity::of_passphrase(Secret::copy_of(passphrase))));
  }
  return keys;
}

std::vector<CctvVector> cctv_vectors() {
  std::vector<CctvVector> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(STAGEPASS_CCTV_AGE)) {
    vectors.push_back(read_vector(entry.path()));
  }
  std::sort(vectors.begin(), vectors.end(),
            [](const CctvVector& a, const CctvVector& b) { return a.name < b.name; });
  return vectors;
}

}  // namespace stagepass::tests
