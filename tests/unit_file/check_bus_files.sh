#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_bus_files.sh SOURCE_DIR: the files for the bus and for polkit are well-formed and name the same things as the
# unit and the program.
here=$(dirname "$0")
# shellcheck source=tests/unit_file/common.sh
source "$here/common.sh"
need xmllint libxml2-utils

name=org.forestall.Forestall1
config=$1/config/$name unit=$1/systemd/forestalld.service
for file in "$config.conf" "$config.policy" "$1/docs/$name.xml"; do
  said=$(xmllint --nonet --noout "$file" 2>&1) || fail "$said"
done

# same WHAT ONE OTHER
same() { [[ -n $2 && $2 == "$3" ]] || fail "$1: '$2' is not '$3'"; }

account=$(sed -n 's/^User=//p' "$unit")
same 'the owner in the policy' "$(xmllint --xpath "string(//policy[allow/@own='$name'][1]/@user)" "$config.conf")" "$account"
for owner in $(xmllint --xpath '//annotate/text()' "$config.policy"); do
  same 'the owner of an action' "$owner" "unix-user:$account"
done
same 'BusName= of the unit' "$(sed -n 's/^BusName=//p' "$unit")" "$name"
same 'Name= of the activation' "$(sed -n 's/^Name=//p' "$config.service")" "$name"
same 'the alias' "$(sed -n 's/^SystemdService=//p' "$config.service")" "$(sed -n 's/^Alias=//p' "$unit")"

asked=$(grep -hoE "\"$name\.[a-z]+\"" "$1"/src/bus/*.cpp | tr -d '"' | sort -u)
offered=$(xmllint --xpath '//action/@id' "$config.policy" | grep -oE "$name\.[a-z]+" | sort -u)
same 'what polkit is asked about' "$asked" "$offered"
