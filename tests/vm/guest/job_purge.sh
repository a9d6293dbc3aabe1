#!/bin/bash
# SPDX-License-Identifier: MIT
# Upgrades, removes and purges the installed package, and writes down what each step left.
cd /var/lib/vm || exit
mkdir -p result
exec >result/log 2>&1
set -x
state() { echo "$(systemctl is-active forestalld) $(systemctl is-enabled forestalld 2>&1 | tail -n 1)"; }
pid() { systemctl show -P MainPID forestalld; }

echo '# of the administrator' >>/etc/forestall/forestall.toml
before=$(pid)
apt-get --yes --reinstall install ./forestall.deb
{
  echo "reinstalled=$(state)"
  echo "restarted=$([[ $(pid) != "$before" && $(pid) != 0 ]] && echo yes)"
  echo "kept=$(grep -c 'of the administrator' /etc/forestall/forestall.toml)"
} >result/facts
systemctl disable --now forestalld
apt-get --yes --reinstall install ./forestall.deb
echo "disabled=$(state)" >>result/facts
systemctl enable --now forestalld
apt-get --yes remove forestall
{
  echo "removed=$(systemctl is-active forestalld)"
  echo "conffile=$(ls /etc/forestall/forestall.toml)"
} >>result/facts
apt-get --yes purge forestall
{
  echo "purged=$(dpkg-query -W -f='${db:Status-Status}' forestall 2>/dev/null)"
  echo "catalog=$(journalctl --list-catalog | grep -c forestall)"
} >>result/facts
find / -xdev \( -path /proc -o -path /var/lib/vm -o -path /var/lib/systemd/catalog -o -path /var/cache/apt \) -prune -o \
  -iname '*forestall*' -print >result/left
systemctl list-units --all --plain --no-legend '*forestall*' >>result/left
tar -C result -cf /dev/disk/by-id/virtio-result . && sync
