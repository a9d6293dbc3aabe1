#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_catalog.sh ids|fields|compile SOURCE_DIR
# ids: message_ids.h and the catalog name the same ids, each once, each entry with what a reader needs.
# fields: every @FIELD@ of the catalog is one that src/report sends.
# compile: journalctl accepts the catalog, and every entry comes out again.
here=$(dirname "$0")
# shellcheck source=tests/unit_file/common.sh
source "$here/common.sh"

check=$1 header=$2/src/report/message_ids.h catalog=$2/systemd/forestall.catalog
grep -oE '"[^"]*"' "$header" | tr -d '"' | sort >"$scratch/in_header"
sed -n 's/^-- //p' "$catalog" | sort >"$scratch/in_catalog"

# Entries are taken in without a subject or a text, and shown as "n/a": journalctl does not complain.
incomplete_entries() {
  awk '/^-- /         { judge(); id = $2; subject = author = blank = body = 0; next }
       /^Subject: ./  { subject = 1; next }
       /^Defined-By: forestall$/ { author = 1; next }
       /^$/           { blank = 1; next }
       blank && !/^#/ { body = 1 }
       END            { judge() }
       function judge() { if (id && !(subject && author && body)) print id }' "$catalog"
}

# A field that no entry carries would be shown by its name.
unknown_fields() {
  local field
  grep -oE '@[A-Z_]+@' "$catalog" | tr -d @ | sort -u | while read -r field; do
    grep -rqE --exclude=message_ids.h "\"${field}[\"=]" "$(dirname "$header")" || echo "$field"
  done
}

case $check in
  ids)
    [[ -s $scratch/in_header ]] || fail "no ids in $header"
    odd=$(grep -vE '^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$' "$scratch/in_header") &&
      fail "not a random 128-bit id without dashes: $odd"
    twice=$(uniq -d "$scratch/in_header" && uniq -d "$scratch/in_catalog")
    [[ -z $twice ]] || fail "used twice: $twice"
    differ=$(diff "$scratch/in_header" "$scratch/in_catalog") ||
      fail "in message_ids.h only (<) or in the catalog only (>):" "$differ"
    incomplete=$(incomplete_entries)
    [[ -z $incomplete ]] || fail "no Subject:, no Defined-By: forestall, or no text: $incomplete"
    ;;
  fields)
    unknown=$(unknown_fields)
    [[ -z $unknown ]] || fail "in the catalog, but no field of src/report: $unknown"
    ;;
  compile)
    need journalctl systemd
    mkdir -p "$scratch/usr/lib/systemd/catalog" "$scratch/var/lib/systemd/catalog"
    cp "$catalog" "$scratch/usr/lib/systemd/catalog"
    said=$(journalctl --root="$scratch" --update-catalog 2>&1) || fail "$said"
    [[ -z $said ]] || fail "$said"
    journalctl --root="$scratch" --dump-catalog | sed -n 's/^-- //p' | sort >"$scratch/compiled"
    differ=$(diff "$scratch/in_catalog" "$scratch/compiled") || fail "did not come out as it went in:" "$differ"
    ;;
  *) fail "unknown check: $check" ;;
esac
