#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# core_symbols.sh LIBRARY
# The core decides and never touches the machine (docs/architecture.md): no object in it may call for a file, a process,
# a clock or a thread.
set -euo pipefail

forbidden='(open|openat|read|pread|write|close|kill|fork|execve|syscall|poll|socket|sendmsg|getpid|getenv|'
forbidden+='clock_gettime|gettimeofday|time|nanosleep|usleep|pthread_create|sd_[a-z_]+)'

found=$(nm -u "$1" | awk '{print $2}' | sed 's/@.*//' | grep -xE "$forbidden" || true)
if [[ -n $found ]]; then
  printf 'the core calls the operating system:\n%s\n' "$found" >&2
  exit 1
fi
