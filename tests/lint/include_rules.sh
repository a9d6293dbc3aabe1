#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# include_rules.sh [SOURCE_DIR]
# Who may include whom (docs/architecture.md), so that a stage can be read, tested and replaced alone:
#   include/forestall  itself
#   base               base
#   a stage, config    itself, base
#   engine             itself, the stages, base
#   replay             itself, engine, the stages, base
#   bus, cli, daemon   anything of ours
# All may include include/forestall; config alone includes toml++. The operating system's headers are for the adapters,
# which say so by suffix (_linux, _journal, _sdbus), and for bus, cli and daemon.
set -euo pipefail
cd "${1:-$(dirname "$(readlink -f "$0")")/../..}"

adapter='(_linux|_journal|_sdbus)\.(h|cpp)'
os_header='(sys|linux|asm|systemd|arpa|net|netinet)/|'
os_header+='(unistd|fcntl|poll|c?signal|sched|dirent|spawn|pwd|grp|syslog|mntent|pthread|time|ctime|termios|dlfcn)(\.h)?>'

# All that is included: FILE:LINE:"header" or FILE:LINE:<header>
includes=$(find include/forestall src \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z |
  xargs -0 grep -nHE '^[[:space:]]*#[[:space:]]*include' |
  sed -E 's/^([^:]+:[0-9]+):[^"<]*(["<][^">]*[">]).*/\1:\2/')
[[ -n $includes ]]

# Two filters: the files whose path begins so, and what they include that begins so. A "!" first turns one round.
files() { if [[ $1 == '!' ]]; then grep -vE "^$2"; else grep -E "^$1"; fi; }
included() { if [[ $1 == '!' ]]; then grep -vE ":[0-9]+:$2"; else grep -E ":[0-9]+:$1"; fi; }

failed=0
# forbid RULE LINES: says which lines break the rule.
forbid() {
  [[ -n $2 ]] || return 0
  printf '%s\n%s\n' "$1:" "$2" >&2
  failed=1
}

# may_include FOLDER REGEX: of our own headers, those in the folders that match.
may_include() {
  forbid "$1 may include only itself and what is below it" \
    "$(files "$1/" <<<"$includes" | included '"' | included ! "\"($2|forestall)/")"
}

may_include include/forestall forestall
may_include src/base base
for stage in poll evaluate score kill report config; do
  may_include "src/$stage" "$stage|base"
done
may_include src/engine 'engine|poll|evaluate|score|kill|report|base'
may_include src/replay 'replay|engine|poll|evaluate|score|kill|report|base'

forbid 'only src/config includes toml++' "$(included '["<]toml' <<<"$includes" | files ! src/config/)"

core=$(files ! 'src/(bus|cli|daemon)/' <<<"$includes" | files ! "[^:]*$adapter:")
forbid 'only adapters, bus, cli and daemon include the operating system' "$(included "<($os_header)" <<<"$core")"
forbid 'only adapters, bus, cli and daemon include an adapter' "$(included "\"[^\"]*$adapter" <<<"$core")"

exit "$failed"
