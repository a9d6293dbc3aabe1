# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154  # names, group_of, now, spare: of the job that reads this
# For job_scenario.sh, in the runs of ./dev choices: forestalld watches but signals nobody. When the time is over all
# programs are halted, so that everybody is asked about the very same machine; the answers are left on the result disk.

prepare() {
  mkdir -p /run/systemd/system/forestalld.service.d /etc/forestall/conf.d
  printf '%s\n' '[Service]' ExecStart= 'ExecStart=/usr/sbin/forestalld --dry-run' \
    >/run/systemd/system/forestalld.service.d/dry-run.conf
  [[ -z $spare ]] || printf '%s\n' '[[protect]]' "comm = '^$spare\$'" >/etc/forestall/conf.d/spare.toml
  systemctl daemon-reload
  systemctl restart forestalld
}

finish() {
  halt_all
  ask_forestalld
  census >result/processes
  forestall explain --json >result/explain
  ask_earlyoom
  ask_nohang
  { dpkg-query --show forestall earlyoom nohang; echo "Linux $(uname -r)"; } >result/versions
  local name
  for name in "${names[@]}"; do echo 0 >"${group_of[$name]}/cgroup.freeze"; done
}

halt_all() {
  local name tries
  for name in "${names[@]}"; do echo 1 >"${group_of[$name]}/cgroup.freeze"; done
  for name in "${names[@]}"; do
    for ((tries = 0; tries < 100; ++tries)); do
      if grep -q '^frozen 1' "${group_of[$name]}/cgroup.events"; then break; fi
      nap 0.1
    done
  done
}

# A line for each process: pid, oom_score, oom_score_adj, VmRSS, memory of its own (RssAnon and VmSwap) in KiB, cgroup.
census() {
  local of score adj rss own key value group
  for of in /proc/[0-9]*; do
    rss=0 own=0
    { read -r score <"$of/oom_score" && read -r adj <"$of/oom_score_adj" && read -r group <"$of/cgroup"; } || continue
    while read -r key value _; do
      case $key in
        VmRSS:) rss=$value ;;
        RssAnon: | VmSwap:) ((own += value)) ;;
      esac
    done <"$of/status"
    echo "${of#/proc/} $score $adj $rss $own ${group#0::}"
  done
}

# The daemon itself, for it alone knows who has grown: a rule that always holds is added. The answer is in its journal.
ask_forestalld() {
  local asked
  printf '%s\n' '[[rule]]' 'name = "asked"' 'mem_available_below = "100%"' >/etc/forestall/conf.d/asked.toml
  systemctl reload forestalld
  clock
  asked=$now
  until journalctl --boot --output=cat --identifier=forestalld RULE=asked | grep -q .; do
    nap 0.5
    clock
    ((now < asked + 20000)) || return
  done
}

# Memory is below 99 % and swap below 100 % always. It would go on telling the same for ever.
ask_earlyoom() {
  timeout 20 earlyoom --dryrun -m 99 -s 100 ${spare:+--avoid "^$spare\$"} 2>&1 |
    sed '/^sending SIG[A-Z]* to process/q' >result/earlyoom
}

ask_nohang() {
  cp /etc/nohang/nohang-desktop.conf nohang.conf
  [[ -z $spare ]] || echo "@BADNESS_ADJ_RE_NAME -500 /// ^$spare\$" >>nohang.conf
  nohang --tasks --config nohang.conf >result/nohang
}
