#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A house in order passes include_rules.sh, and each way to break a rule is caught.
set -euo pipefail
rules=$(dirname "$(readlink -f "$0")")/include_rules.sh
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
failed=0

# put FILE INCLUDE...: one more #include for each.
put() {
  mkdir -p "$house/$(dirname "$1")"
  printf '#include %s\n' "${@:2}" >>"$house/$1"
}

in_order() {
  rm -rf "${house:?}"/*
  put include/forestall/rules.h '<string>' '"forestall/units.h"'
  put src/base/fd_linux.h '<unistd.h>'
  put src/base/text.h '"base/parse.h"'
  put src/poll/meminfo.cpp '"poll/meminfo.h"' '"base/text.h"' '"forestall/sample.h"'
  put src/poll/source_linux.cpp '<fcntl.h>' '<sys/epoll.h>' '"base/fd_linux.h"' '"poll/trigger_linux.h"'
  put src/config/document.cpp '<toml++/toml.h>' '"base/text.h"'
  put src/engine/engine.cpp '"poll/meminfo.h"' '"kill/plan.h"' '"forestall/ports.h"'
  put src/daemon/main.cpp '<unistd.h>' '"engine/engine.h"' '"poll/source_linux.h"' '"config/load.h"'
}

# caught WORDS FILE INCLUDE: with this include the house is refused, in these words and with the file's name.
caught() {
  in_order
  put "$2" "$3"
  if said=$("$rules" "$house" 2>&1); then
    echo "not caught: $2 includes $3" && failed=1
  elif [[ $said != *"$1"*"$2"* ]]; then
    printf '%s includes %s: caught, but told wrongly:\n%s\n' "$2" "$3" "$said" && failed=1
  fi
}

in_order
"$rules" "$house" || { echo 'a house in order is refused' && failed=1; }

caught 'src/poll may include only' src/poll/meminfo.cpp '"score/rank.h"'
caught 'src/kill may include only' src/kill/plan_linux.cpp '"engine/engine.h"'
caught 'src/report may include only' src/report/history.h '"config/load.h"'
caught 'src/base may include only' src/base/text.h '"poll/meminfo.h"'
caught 'src/engine may include only' src/engine/engine.cpp '"daemon/loop.h"'
caught 'src/config may include only' src/config/document.h '"evaluate/rules.h"'
caught 'include/forestall may include only' include/forestall/rules.h '"base/text.h"'
caught 'only src/config includes toml++' src/cli/check.cpp '<toml++/toml.hpp>'
caught 'include the operating system' src/evaluate/rules.cpp '<sys/types.h>'
caught 'include the operating system' src/base/text.cpp '<unistd.h>'
caught 'include the operating system' include/forestall/units.h '<time.h>'
caught 'include the operating system' src/engine/engine.h '  <csignal>'
caught 'include an adapter' src/score/rank.cpp '"score/table_linux.h"'
caught 'include an adapter' src/poll/meminfo.h '"base/fd_linux.h"'

exit "$failed"
