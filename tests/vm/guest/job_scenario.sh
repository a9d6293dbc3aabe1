#!/bin/bash
# SPDX-License-Identifier: MIT
# The job of one scenario, in the virtual machine: sets the machine up, starts the programs at their times, waits until
# the guilty are gone or the time is over, and leaves what can be known afterwards on the result disk. What to start is
# in two files made from the scenario: settings, and programs, a `program` line for each. A run that is for more than
# that brings a third, `more`, with functions of its own in place of prepare and finish.
set -u
cd /var/lib/vm || exit
mkdir -p result/fate
exec 2>result/job.log

# What the settings may change. Times in milliseconds.
daemon=none daemon_pid=0 swap=none zram_size=0 tmpfs_size=50% file_size=0 box='' config='' mglru=0 time_limit=30000 settle=4000

prepare() { :; } # before the first program is started
finish() { :; }  # when the time is over, while all programs are still there

declare -a names=() guilty=()
declare -A scope_of=() group_of=()

# Under memory pressure nothing is forked that need not be: results in variables, builtins only.
clock() { local up; read -r up _ </proc/uptime; now=${up/./}0; }

nap() { read -r -t "$1" <>"$pipe"; }

swap_on_disk() { mkswap -q /dev/disk/by-id/virtio-swap && swapon /dev/disk/by-id/virtio-swap; }

# As zram-generator does by default: half the RAM, zstd.
swap_on_zram() {
  modprobe zram && echo zstd >/sys/block/zram0/comp_algorithm && echo "$zram_size" >/sys/block/zram0/disksize &&
    mkswap -q /dev/zram0 && swapon --priority 100 /dev/zram0
}

# The daemon watches over a slice with a limit of its own.
watch_box() {
  local dropin=/run/systemd/system/forestalld.service.d
  systemctl start box.slice && systemctl set-property --runtime box.slice "MemoryMax=$box" MemorySwapMax=0
  mkdir -p $dropin
  printf '[Service]\nExecStart=\nExecStart=/usr/sbin/forestalld --cgroup /box.slice\n' >$dropin/box.conf
  systemctl daemon-reload && systemctl restart forestalld
}

# program NAME ROLE SCOPE START PROPERTIES KIND OPTION...
# SCOPE: system, session for the user's own service manager, or box for box.slice. PROPERTIES: of the unit, with blanks between.
program() {
  local name=$1 role=$2 scope=$3 start=$4 property options=()
  names+=("$name")
  scope_of[$name]=$scope
  group_of[$name]=$(group "$name" "$scope")
  if [[ $role == guilty ]]; then guilty+=("$name"); fi
  [[ $scope == box ]] && options+=(--slice=box.slice)
  for property in $5; do options+=(--property="$property"); done
  while clock && ((now < begun + start)); do nap 0.1; done
  echo "$now $name" >>result/started
  manager run "$scope" --quiet --unit="$name" --property=RemainAfterExit=yes "${options[@]}" -- \
    /var/lib/vm/workload "${@:6}"
}

# manager run|ctl SCOPE ARGUMENT...
manager() {
  local tool=systemctl
  [[ $1 == run ]] && tool=systemd-run
  if [[ $2 == session ]]; then
    "$tool" --user --machine=user@.host "${@:3}"
  else
    "$tool" "${@:3}"
  fi
}

group() {
  if [[ $2 == box ]]; then
    echo "/sys/fs/cgroup/box.slice/$1.service"
  elif [[ $2 == session ]]; then
    echo "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/$1.service"
  else
    echo "/sys/fs/cgroup/system.slice/$1.service"
  fi
}

# Not by asking systemd, which has to be woken for it: no process is left in the unit.
is_over() { ! [[ -e ${group_of[$1]} ]] || ! read -r _ <"${group_of[$1]}/cgroup.procs"; }

guilty_are_over() {
  local name
  ((${#guilty[@]})) || return
  for name in "${guilty[@]}"; do is_over "$name" || return; done
}

state_of_services() {
  systemctl show --property=Id,MainPID,NRestarts,ActiveState \
    systemd-journald systemd-logind systemd-udevd dbus user@1000 "$daemon" judge
}

state_of_daemon() {
  systemctl show --property=CPUUsageNSec,NRestarts,MainPID,ActiveState "$daemon"
  grep -E '^Vm(RSS|HWM|Swap)|^RssAnon' "/proc/$(pid_of_daemon)/status"
}

pid_of_daemon() { systemctl show --property=MainPID --value "$daemon"; }

signal_daemon() { ((daemon_pid == 0)) || kill "-$1" "$daemon_pid"; }

kernel_kills() { grep '^oom_kill ' /proc/vmstat; }

pipe=$(mktemp -u) && mkfifo "$pipe"
# shellcheck source=/dev/null
source settings
# shellcheck source=/dev/null
[[ ! -e more ]] || source ./more
echo "$mglru" >/sys/kernel/mm/lru_gen/enabled
[[ $file_size == 0 ]] || { head -c "$file_size" /dev/zero >file && sync file && echo 1 >/proc/sys/vm/drop_caches; }
mount -o "remount,size=$tmpfs_size" /dev/shm
case $swap in
  disk) swap_on_disk ;;
  zram) swap_on_zram ;;
esac
[[ -z $config ]] || { echo "$config" >/etc/forestall/conf.d/scenario.toml && systemctl reload forestalld; }
[[ -z $box ]] || watch_box
until systemctl --quiet is-active user@1000; do nap 0.1; done
prepare
[[ $daemon == none ]] || systemctl is-active "$daemon" >result/daemon_at_start

clock
begun=$now
program judge innocent system 0 "" judge --out /dev/ttyS1 --file /var/lib/vm/judge.pages
if [[ -e record ]]; then
  systemd-run --quiet --unit=recorder --property=Nice=-20 --property=OOMScoreAdjust=-1000 \
    /usr/bin/forestall record /var/lib/vm/result/trace
fi
state_of_services >result/services_before
state_of_daemon >result/daemon_before
daemon_pid=$(pid_of_daemon)
kernel_kills >result/kills_before
# shellcheck source=/dev/null
source programs

over_at=0
while clock && ((now < begun + time_limit)); do
  if ! guilty_are_over; then
    over_at=0
  elif ((over_at == 0)); then
    over_at=$now
  elif ((now >= over_at + settle)); then
    break
  fi
  nap 0.2
done
finish
# It is over. What is needed to tell of it must cost nobody's life.
signal_daemon STOP

for name in "${names[@]}"; do
  { manager ctl "${scope_of[$name]}" show --property=ActiveState,SubState,Result,ExecMainCode,ExecMainStatus \
      --property=ExecMainStartTimestampMonotonic,ExecMainExitTimestampMonotonic "$name"
    echo "Processes=$(wc -l <"${group_of[$name]}/cgroup.procs")"; } >"result/fate/$name"
done
kernel_kills >result/kills_after
state_of_services >result/services_after
state_of_daemon >result/daemon_after
signal_daemon CONT
# A daemon that ends writes the story that it still owes.
if [[ $daemon == forestalld.service ]]; then
  systemctl stop forestalld
  mkdir -p result/stories
  printf '[[rule]]\nname = "low-memory"\nmem_available_below = "30%%"\nswap_free_below = "90%%"\n' >stricter.toml
  for rule in low-memory stall cache-thrash; do
    printf '[[rule]]\nname = "%s"\nenabled = false\n' "$rule"
  done >laxer.toml
  for story in /var/lib/forestall/incidents/*.jsonl; do
    [[ -e $story ]] || continue
    id=$(basename "$story" .jsonl)
    cp "$story" "result/stories/$id.jsonl"
    forestall show "$story" >"result/stories/$id.shown"
    forestall replay --json "$story" >"result/stories/$id.replayed"
    forestall replay --json --compare stricter.toml laxer.toml "$story" >"result/stories/$id.compared"
  done
fi
for name in "${names[@]}"; do manager ctl "${scope_of[$name]}" kill --signal=KILL "$name"; done
systemctl kill --signal=TERM recorder
rm -f /dev/shm/*
cp saved result/ 2>/dev/null
journalctl --boot --output=json --all --identifier=forestalld >result/incidents
journalctl --boot --output=short-monotonic --unit="$daemon" >result/daemon.log
journalctl --boot --output=short-monotonic --dmesg >result/kernel.log
# Not clone3 (435): RestrictNamespaces= refuses it to all, for it cannot see its flags, and libc then takes clone.
grep 'type=1326 .*exe="/usr/sbin/forestalld"' result/kernel.log | grep -v ' syscall=435 ' >result/seccomp.log
while systemctl is-active --quiet recorder; do nap 0.1; done
tar -C result -cf /dev/disk/by-id/virtio-result . && sync
