#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the package in the running machine, as a user would, and writes down what that made of it.
cd /var/lib/vm || exit
mkdir -p result
exec >result/log 2>&1
set -x
apt-get --yes install ./forestall.deb
echo "apt=$?" >result/facts
{
  echo "active=$(systemctl is-active forestalld)"
  echo "enabled=$(systemctl is-enabled forestalld)"
  echo "user=$(getent passwd forestall | cut -d: -f6,7)"
  echo "conffiles=$(dpkg-query -W -f='${Conffiles}' forestall | awk '{print $1}' | paste -sd' ')"
  echo "own_settings=$(find /etc/forestall -type d -name conf.d)"
  echo "runs_as=$(ps -o user= -p "$(systemctl show -P MainPID forestalld)")"
  echo "catalog=$(journalctl --list-catalog | grep -c forestall)"
  echo "check=$(forestall check >/dev/null && echo fine)"
  status=/proc/$(systemctl show -P MainPID forestalld)/status
  echo "sandbox=$(awk '/^(Seccomp|NoNewPrivs):/ {print $1 $2}' "$status" | sort --reverse | paste -sd' ')"
  # What a scenario would show if the daemon were denied a system call.
  systemd-run --quiet --wait --property=SystemCallFilter=~sethostname --property=SystemCallErrorNumber=EPERM hostname vm
  echo "denials=$(journalctl --boot --dmesg | grep -q 'type=1326 .*exe="/usr/bin/hostname"' && echo seen)"
} >>result/facts
dpkg --verify forestall >result/verify
tar -C result -cf /dev/disk/by-id/virtio-result . && sync
rm -rf /var/lib/vm
