// SPDX-License-Identifier: MIT
// forestall doctor: the machine as an OOM daemon sees it, what is wrong with it, and who would go now.
#include "cli/doctor.h"

#include <algorithm>

#include "cli/command.h"
#include "cli/explanation.h"
#include "cli/machine_linux.h"
#include "engine/notes.h"
#include "score/users_linux.h"

namespace forestall::cli {

bool Diagnosis::is_well() const {
  return std::ranges::find(findings, Severity::must, &Finding::severity) == findings.end();
}

namespace {

struct Request {
  Question question;
  bool json = false;
};

Result<Diagnosis> examine(const Question& question) {
  auto explanation = explain(question);
  if (!explanation) return tl::unexpected(explanation.error());
  const auto book = MatchBook::compile(explanation->config, uid_of);
  if (!book) return tl::unexpected(book.error());
  Diagnosis d;
  const std::vector<Candidate>& order = explanation->ranking.order;
  if (!order.empty()) d.next = note(order.front());
  d.machine.sample = explanation->sample;
  d.machine.in_container = explanation->cgroup.has_value();
  d.machine.config = std::move(explanation->config);
  read_machine({}, *book, d.machine);
  d.findings = diagnose(d.machine);
  return d;
}

int run_doctor(const Request& request) {
  const auto diagnosis = examine(request.question);
  if (!diagnosis) return complain(diagnosis.error(), diagnosis.error().code == 0 ? kBadUse : kFailed);
  if (!print(request.json ? as_json(*diagnosis) : in_plain_words(*diagnosis))) return kFailed;
  return diagnosis->is_well() ? kDone : kFailed;
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("doctor", "What is wrong with this machine, and what mends it?");
  auto request = std::make_shared<Request>();
  command->add_option("--config", request->question.config, "Use this file instead of /etc/forestall")
      ->type_name("FILE");
  command->add_flag("--json", request->json, "All of it as JSON");
  command->callback([request, &run] { run = [request] { return run_doctor(*request); }; });
}

}  // namespace forestall::cli
