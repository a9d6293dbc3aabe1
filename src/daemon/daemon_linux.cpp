// SPDX-License-Identifier: MIT
#include "daemon/daemon_linux.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>

#include "base/clock_linux.h"
#include "base/quantity.h"
#include "base/text.h"
#include "config/config_file.h"
#include "daemon/capabilities_linux.h"
#include "daemon/memory_linux.h"
#include "replay/trace.h"
#include "report/message_ids.h"
#include "report/telling.h"
#include "report/words.h"
#include "score/users_linux.h"

namespace forestall {
namespace {

/// STATUS= is for a person who asks; it need not be fresher than this.
constexpr Duration kStatusEvery = std::chrono::seconds(30);
constexpr Duration kMurmurEvery = std::chrono::seconds(1);
/// After a look that failed. Without meminfo nothing can be judged; it may come back.
constexpr Duration kBlindPause = std::chrono::seconds(1);

IncidentId random_seed() {
  IncidentId seed;
  if (::getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
    seed.low = static_cast<std::uint64_t>(::getpid()) << 32U | static_cast<std::uint64_t>(::time(nullptr));
  }
  return seed;
}

/// Below what systemd provides (StateDirectory= in systemd.exec(5)), the first of them; nothing is kept without it.
std::filesystem::path archive_directory() {
  const char* state = std::getenv("STATE_DIRECTORY");
  if (state == nullptr || *state == '\0') return {};
  const std::string_view all(state);
  return std::filesystem::path(all.substr(0, all.find(':'))) / "incidents";
}

Result<std::shared_ptr<const MatchBook>> compile_book(const Config& config) {
  auto book = MatchBook::compile(config, uid_of);
  if (!book) return tl::unexpected(book.error());
  return std::make_shared<const MatchBook>(std::move(*book));
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::create(Options options, Config config) {
  auto loop = Loop::create();
  if (!loop) return tl::unexpected(loop.error());
  auto view = open_view(options.cgroup);
  if (!view) return tl::unexpected(view.error());
  auto book = compile_book(config);
  if (!book) return tl::unexpected(book.error());
  auto table = ProcfsTable::open(*book);
  if (!table) return tl::unexpected(table.error());
  if (view->cgroup) (*table)->confine_to(*view->cgroup);
  return std::unique_ptr<Daemon>(
      new Daemon(std::move(options), std::move(*loop), std::move(*view), std::move(*table), std::move(config)));
}

Daemon::Daemon(Options options, std::unique_ptr<Loop> loop, View view, std::unique_ptr<ProcfsTable> table,
               Config config)
    : options_(std::move(options)),
      loop_(std::move(loop)),
      voice_(options_.verbose),
      archive_(archive_directory()),
      scribe_(
          [this](Event event, const Incident& incident) {
            voice_.tell(event, incident);
            archive_.note(event, incident);
          },
          [this](unsigned lost) {
            degraded(fmt::format("the log was stuck: {} events of an incident are not in it", lost));
          }),
      announcements_(*this),
      view_(std::move(view)),
      table_(std::move(table)),
      recorded_source_(*view_.samples, recorder_),
      recorded_table_(*table_, recorder_),
      engine_({recorded_source_, recorded_table_, signaller_, announcements_}, std::move(config), random_seed(),
              options_.dry_run),
      bus_(loop_->event(), *this, announcements_, [this](const std::string& what) { degraded_later(what); }) {}

Result<void> Daemon::run() {
  make_room_for_descriptors();
  rehearse();
  trigger_ = set_psi_trigger(view_.pressure_file());
  if (trigger_) loop_->wake_on(trigger_->file.get(), EPOLLPRI);
  std::uint64_t usec = 0;
  if (::sd_watchdog_enabled(0, &usec) > 0) watchdog_interval_ = std::chrono::microseconds(usec);
  introduce();
  ::sd_notify(0, ("READY=1\nSTATUS=" + status()).c_str());
  bus_.open();
  auto result = loop_->run({[this] { return look(); }, [this] { (void)reload(); }});
  ::sd_notify(0, "STOPPING=1");
  if (story_time_.is_open()) write_story();
  return result;
}

Duration Daemon::look() {
  const auto next = engine_.tick();
  if (!next) {
    const bool was_blind = std::exchange(blind_, true);
    if (!was_blind) degraded_later(in_words(next.error()) + "; nothing is judged until that works again");
    bus_.after_look();
    return kBlindPause;
  }
  blind_ = false;
  const Instant now = engine_.verdict().time;
  recorder_.judged({engine_.verdict().action, *next});
  watch_victim();
  feed_watchdog(now);
  update_status(now);
  if (story_time_.is_due(now, !engine_.verdict().episode && !engine_.killing())) write_story();
  murmur_state(now, *next);
  notice_pause();
  bus_.after_look();
  return *next;
}

/// On the hot path: nothing here waits or allocates.
void Daemon::tell(Event event, const Incident& incident) {
  story_time_.told(event, incident);
  // While somebody is being ended, looks are for his sake: they must not take the place of the decision.
  recorded_table_.decides(!engine_.killing());
  scribe_.tell(event, incident);
}

void Daemon::write_story() {
  auto recording = std::make_shared<FlightRecorder::Recording>(recorder_.since(story_time_.from()));
  story_time_.written();
  scribe_.then([this, recording] {
    const auto written = archive_.write(format(recording->trace), recording->began);
    if (!written) degraded(in_words(written.error()));
  });
}

/// The death of a victim wakes the loop: what comes next should not wait for the next regular look.
void Daemon::watch_victim() {
  if (engine_.victims() == watched_victims_) return;
  watched_victims_ = engine_.victims();
  status_due_ = Instant{};
  loop_->wake_once(signaller_.pidfd());
}

/// Only from here, after a completed look: a loop that still turns but no longer sees must not look alive.
void Daemon::feed_watchdog(Instant now) {
  if (watchdog_interval_ == Duration(0) || now - fed_ < watchdog_interval_ / 4) return;
  fed_ = now;
  ::sd_notify(0, "WATCHDOG=1");
}

void Daemon::update_status(Instant now) {
  if (now < status_due_) return;
  status_due_ = now + kStatusEvery;
  ::sd_notify(0, ("STATUS=" + status()).c_str());
}

std::string Daemon::status() const {
  std::string text = in_words(engine_.verdict().headroom);
  if (engine_.victims() > 0) text += fmt::format("; {} ended since the start", engine_.victims());
  if (engine_.needless() > 0) text += fmt::format(", {} of them not needed", engine_.needless());
  if (const auto until = engine_.paused_until()) {
    text += fmt::format("; paused for {}", human(*until - engine_.verdict().time));
  }
  if (options_.dry_run) text += "; dry run";
  if (rejected_) text += "; configuration not reloaded: " + *rejected_;
  return text;
}

void Daemon::murmur_state(Instant now, Duration next) {
  if (voice_.level() < priority::kDebug || now < murmur_due_) return;
  murmur_due_ = now + kMurmurEvery;
  const Verdict& v = engine_.verdict();
  const std::string falling = v.exhausted_in ? ", nothing left in " + human(*v.exhausted_in) : "";
  const std::string text = fmt::format("{}{}; next look in {}", in_words(v.headroom), falling, human(next));
  scribe_.then([this, text] { voice_.murmur(text); });
}

Result<void> Daemon::reload() {
  ::sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                             monotonic_now().time_since_epoch() / std::chrono::microseconds(1))
                     .c_str());
  auto config = config::load(options_.config);
  auto book = config ? compile_book(*config) : tl::unexpected(config.error());
  if (book) {
    table_->replace(std::move(*book));
    engine_.reconfigure(std::move(*config));
    rejected_.reset();
    ++configurations_;
    for (const std::string& what : gaps_in_entries()) degraded_later(what);
    say_later(priority::kNotice, "config_reloaded", message_id::kConfigReloaded, "Configuration reloaded.");
  } else {
    rejected_ = in_words(book.error());
    say_later(priority::kError, "config_rejected", message_id::kConfigRejected,
              "Configuration not reloaded, the one before stays in force: " + *rejected_);
  }
  ::sd_notify(0, ("READY=1\nSTATUS=" + status()).c_str());
  return book ? Result<void>{} : failure(0, *rejected_);
}

/// The whole way to a victim, but for the signal: code, tables and stack are in memory before they are needed, and
/// locked there.
void Daemon::rehearse() {
  let_go_of_the_start();
  if (const auto first = engine_.rehearse(); !first) degraded(in_words(first.error()));
  // There may have been nobody to hold. Nobody was started when the machine was: this one is not had, but looked for.
  (void)signaller_.hold({::getpid(), 0});
  signaller_.release();
  touch_stack();
  if (!lock_memory()) {
    degraded("memory is not locked (RLIMIT_MEMLOCK): under pressure forestalld may itself have to wait for the disk");
  }
  for (const std::string& what : view_.missing) degraded(what);
  for (const std::string& what : gaps_in_entries()) degraded(what);
  if (!may_kill_everybody()) {
    degraded("without CAP_KILL only processes of this user can be ended; run forestalld as its service, or as root");
  }
  if (!table_->sees_everybody()) {
    degraded("/proc hides other users' processes (hidepid): they cannot be chosen; see hidepid in proc(5)");
  }
}

std::vector<std::string> Daemon::gaps_in_entries() const {
  std::vector<std::string> gaps;
  for (const std::string& user : table_->book().unknown_users()) {
    gaps.push_back(
        fmt::format("there is no user \"{}\", so entries that name it cover nobody; once there is, reload "
                    "forestalld",
                    escaped(user)));
  }
  return gaps;
}

void Daemon::introduce() {
  const Verdict& v = engine_.verdict();
  const Config& config = engine_.config();
  const std::string of = view_.cgroup ? " of cgroup " + escaped(*view_.cgroup) : "";
  std::string text = fmt::format("forestalld {} watches memory{}: {}.", FORESTALL_VERSION, of, in_words(v.headroom));
  if (options_.dry_run) text += " This is a dry run: it says what it would do, and does nothing.";
  for (const Rule& rule : config.rules) {
    if (!rule.enabled) continue;
    text += fmt::format("\n  {:<14} {}", rule.name, in_words(rule, v.headroom, config.kill.grace));
  }
  voice_.say(priority::kInfo, "started", message_id::kStarted, text);
  if (!trigger_) voice_.murmur("no PSI trigger to be had: looking by the clock alone");
}

void Daemon::degraded(const std::string& what) {
  voice_.say(priority::kWarning, "degraded", message_id::kDegraded, "Note: " + what + ".");
}

void Daemon::say_later(int priority, const char* event, std::string_view message_id, const std::string& text) {
  scribe_.then([=, this] { voice_.say(priority, event, message_id, text); });
}

void Daemon::degraded_later(const std::string& what) {
  scribe_.then([this, what] { degraded(what); });
}

}  // namespace forestall
