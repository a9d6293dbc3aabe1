// SPDX-License-Identifier: MIT
#include "daemon/voice_linux.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <array>

#include "base/colours.h"
#include "report/block.h"
#include "report/fields_journal.h"
#include "report/telling.h"

namespace forestall {
namespace {

std::shared_ptr<spdlog::logger> logger_on_stderr() {
  auto logger = std::make_shared<spdlog::logger>("forestalld", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%H:%M:%S %v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  logger->set_error_handler([](const std::string&) {});  // a closed terminal is no reason to stop watching
  return logger;
}

}  // namespace

Voice::Voice(bool verbose)
    : level_(verbose ? priority::kDebug : priority::kInfo), colours_(::isatty(STDERR_FILENO) != 0 && wants_colours()) {
  if (!stderr_is_journal()) stderr_ = logger_on_stderr();
}

void Voice::say(int priority, std::string_view event, std::string_view message_id, const std::string& text) {
  if (priority > level_) return;
  const std::array<std::string, 4> fields = {"MESSAGE=" + text, fmt::format("MESSAGE_ID={}", message_id),
                                             fmt::format("PRIORITY={}", priority), fmt::format("EVENT={}", event)};
  send_to_journal(fields);
  if (stderr_) print(priority, text);
}

void Voice::murmur(const std::string& text) {
  if (level_ >= priority::kDebug && stderr_) print(priority::kDebug, text);
}

void Voice::tell(Event event, const Incident& incident) {
  if (priority_of(event) > level_) return;
  send_to_journal(journal_fields(event, incident));
  if (!stderr_) return;
  std::string text = block(event, incident, colours_);
  text.pop_back();  // the logger ends the line
  print(priority_of(event), text);
}

void Voice::print(int priority, const std::string& text) {
  const auto level = priority <= priority::kError     ? spdlog::level::err
                     : priority == priority::kWarning ? spdlog::level::warn
                     : priority <= priority::kInfo    ? spdlog::level::info
                                                      : spdlog::level::debug;
  stderr_->log(level, text);
}

}  // namespace forestall
