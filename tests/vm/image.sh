#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# image.sh DIRECTORY DEB
# Makes the virtual machine's disk in DIRECTORY: a small Debian 12 with systemd, the peers (installed, not enabled) and
# what DEB depends on, but not DEB: that is installed later, in the running machine, as a user would. What the image is
# made from gives it its name; if that is there already, nothing is done. Prints the image's directory.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
directory=$1 deb=$2

packages=(systemd systemd-sysv dbus dbus-user-session libpam-systemd udev kmod procps zstd
  linux-image-cloud-amd64 initramfs-tools earlyoom systemd-oomd nohang)

# Alternatives and versions of a Depends: field are left to apt, which has only one of each here.
depends() { dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed -E 's/\(.*\)//; s/\|.*//; s/[[:space:]]//g'; }

mapfile -t -O "${#packages[@]}" packages < <(depends)
key=$({ printf '%s\n' "${packages[@]}"; find "$here/image.sh" "$here/finish_image.sh" "$here/guest/image" -type f -print0 | sort -z | xargs -0 cat; } | sha256sum | cut -c1-12)
image=$directory/image-$key
echo "$image"
[[ -e $image/root.img ]] && exit

rm -rf "$image.new" "$directory"/image-*
mkdir -p "$image.new"
mmdebstrap --quiet --variant=apt --format=null --include="${packages[*]}" \
  --customize-hook="'$here/finish_image.sh' \"\$1\" '$image.new'" bookworm /dev/null >&2
mv "$image.new" "$image"
