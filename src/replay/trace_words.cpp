// SPDX-License-Identifier: MIT
#include "replay/trace_words.h"

#include <fmt/format.h>

#include <charconv>

namespace forestall {
namespace {

std::string encoded_byte(char c) {
  if (c == ' ') return "\\s";
  if (c == '\\') return "\\\\";
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7F || c == '|') return fmt::format("\\x{:02X}", byte);
  return {c};
}

/// Takes one byte off the front of `word`, as encoded_byte() wrote it.
std::optional<char> take_byte(std::string_view& word) {
  const char c = word.front();
  word.remove_prefix(1);
  if (c != '\\') return c;
  if (word.empty()) return std::nullopt;
  const char kind = word.front();
  word.remove_prefix(1);
  if (kind == 's') return ' ';
  if (kind == '\\') return '\\';
  unsigned byte = 0;
  if (kind != 'x' || word.size() < 2) return std::nullopt;
  const auto [end, error] = std::from_chars(word.data(), word.data() + 2, byte, 16);
  if (error != std::errc{} || end != word.data() + 2) return std::nullopt;
  word.remove_prefix(2);
  return static_cast<char>(byte);
}

}  // namespace

std::string encoded(std::string_view text) {
  if (text.empty()) return "-";
  if (text == "-" || text == "=") return fmt::format("\\x{:02X}", static_cast<unsigned char>(text.front()));
  std::string word;
  for (const char c : text) word += encoded_byte(c);
  return word;
}

std::optional<std::string> decoded(std::string_view word) {
  std::string text;
  std::string_view rest = word == "-" ? std::string_view{} : word;
  while (!rest.empty()) {
    const auto byte = take_byte(rest);
    if (!byte) return std::nullopt;
    text += *byte;
  }
  return encoded(text) == word ? std::optional(text) : std::nullopt;
}

}  // namespace forestall
