# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the scripts beside it, to be sourced: a scratch directory in $scratch, and three ways out.
set -euo pipefail
export LC_ALL=C.UTF-8
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  printf 'FAILED: ' >&2
  printf '%s\n' "$@" >&2
  exit 1
}

# 77 is the SKIP_RETURN_CODE of these tests.
need() {
  command -v "$1" >/dev/null || {
    echo "SKIPPED: no $1 on this machine (Debian package $2)"
    exit 77
  }
}
