// SPDX-License-Identifier: MIT
// A configuration file by a stranger: refused in one line, or read, written and read again to the same.
#include <array>
#include <cstdint>
#include <string>

#include "config/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::config;
  const std::array<Layer, 1> layers = {{{"fuzz.toml", std::string(reinterpret_cast<const char*>(data), size)}}};
  const auto config = parse_layers(layers);
  if (!config) {
    if (config.error().what.find('\n') != std::string::npos) __builtin_trap();
    return 0;
  }
  const std::array<Layer, 1> again = {{{"again.toml", render(*config)}}};
  if (parse_layers(again) != config) __builtin_trap();
  return 0;
}
