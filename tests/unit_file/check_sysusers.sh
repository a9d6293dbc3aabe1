#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_sysusers.sh SOURCE_DIR: systemd-sysusers makes the account that the unit runs as.
here=$(dirname "$0")
# shellcheck source=tests/unit_file/common.sh
source "$here/common.sh"
need systemd-sysusers systemd

mkdir "$scratch/etc"
said=$(systemd-sysusers --root="$scratch" - <"$1/systemd/forestall.sysusers.conf" 2>&1) || fail "$said"
account=$(sed -n 's/^User=//p' "$1/systemd/forestalld.service")
grep -q "^$account:.*:/usr/sbin/nologin$" "$scratch/etc/passwd" ||
  fail "the unit runs as '$account', systemd-sysusers made:" "$(cat "$scratch/etc/passwd")"
