#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_unit.sh verify|security UNIT [DAEMON]
# verify: systemd understands every line of UNIT. security: its exposure is at most 1.0 of 10.
# DAEMON takes the place of the installed one, which need not be there; /bin/true if it has not been built either.
here=$(dirname "$0")
# shellcheck source=tests/unit_file/common.sh
source "$here/common.sh"
need systemd-analyze systemd

check=$1 unit=$2 daemon=${3:-}
[[ -x $daemon ]] || daemon=/bin/true
copy=$scratch/$(basename "$unit")
grep -q '^ExecStart=/' "$unit" || fail "no ExecStart= in $unit"
sed "s|^ExecStart=/[^ ]*|ExecStart=$daemon|" "$unit" >"$copy"

case $check in
  verify)
    # A key it does not know is a warning, and would be ignored at boot: silence alone is good. The man pages are
    # not installed here.
    said=$(systemd-analyze verify --man=no --recursive-errors=no "$copy" 2>&1) || fail "$said"
    [[ -z $said ]] || fail "$said"
    ;;
  security)
    systemd-analyze security --offline=true --no-pager --threshold=10 "$copy" >"$scratch/table" ||
      fail "more exposed than 1.0:" "$(grep -v '^✓' "$scratch/table")"
    tail -n 1 "$scratch/table"
    ;;
  *) fail "unknown check: $check" ;;
esac
