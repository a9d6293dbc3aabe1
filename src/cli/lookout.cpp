// SPDX-License-Identifier: MIT
#include "cli/lookout.h"

#include "engine/engine.h"
#include "poll/view_linux.h"
#include "score/nodes.h"
#include "score/parties.h"
#include "score/users_linux.h"

namespace forestall::cli {

Circumstances Lookout::circumstances() const {
  return {capacity_of(sample), sample.time, growth, {}, {}, sample.suspended, nullptr, short_nodes(sample)};
}

Bytes Lookout::minimum() const { return minimum_of(config, sample); }

Result<Lookout> open_lookout(Config config, const std::optional<std::string>& cgroup) {
  auto view = open_view(cgroup);
  if (!view) return tl::unexpected(view.error());
  auto book = MatchBook::compile(config, uid_of);
  if (!book) return tl::unexpected(book.error());
  auto table = ProcfsTable::open(std::make_shared<const MatchBook>(std::move(*book)), "/proc", "/sys/fs/cgroup", 0);
  if (!table) return tl::unexpected(table.error());
  Lookout l;
  l.growth = Growth(config.score.growth_window);
  l.config = std::move(config);
  l.cgroup = std::move(view->cgroup);
  l.samples = std::move(view->samples);
  l.table = std::move(*table);
  if (l.cgroup) l.table->confine_to(*l.cgroup);
  reserve(l.ranking);
  return l;
}

Result<void> look(Lookout& l) {
  const auto sample = l.samples->read();
  if (!sample) return tl::unexpected(sample.error());
  l.sample = *sample;
  evaluate(l.config.rules, l.memory, l.sample, l.verdict);
  return {};
}

void put_in_order(Lookout& l, const Census& census) {
  const Circumstances now = l.circumstances();
  rank(census, now, l.config.score, l.minimum(), l.ranking);
  gather(census, now, l.config.victim, l.config.score, l.kinship, l.ranking);
}

}  // namespace forestall::cli
