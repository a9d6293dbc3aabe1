#!/bin/sh
# SPDX-License-Identifier: MIT
# finish_image.sh ROOT DIRECTORY
# A hook of mmdebstrap, see image.sh: what the new ROOT needs besides its packages; then ROOT becomes DIRECTORY/root.img.
set -e
root=$1 directory=$2
image=$(dirname "$(readlink -f "$0")")/guest/image

cp -r "$image"/* "$root/etc/systemd/system/"
# What would wake up in the middle of a measurement.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
for peer in earlyoom systemd-oomd nohang nohang-desktop; do
  chroot "$root" systemctl --quiet disable "$peer.service"
done
# A user with a session of units that lives without a login.
chroot "$root" useradd --create-home --uid 1000 --shell /bin/sh user
mkdir -p "$root/var/lib/systemd/linger"
touch "$root/var/lib/systemd/linger/user"
echo forestall-vm >"$root/etc/hostname"
: >"$root/etc/fstab"

cp "$root"/boot/vmlinuz-* "$directory/vmlinuz"
cp "$root"/boot/initrd.img-* "$directory/initrd"
# /proc and /sys are mounted in ROOT; a bind mount shows it without them.
bare=$(mktemp -d)
mount --bind "$root" "$bare"
# mmdebstrap takes these back only after its hooks: no service may start while a system is being made.
rm "$root/usr/sbin/policy-rc.d"
mv "$root/sbin/start-stop-daemon.REAL" "$root/sbin/start-stop-daemon"
truncate --size 1500M "$directory/root.img.part"
mke2fs -q -t ext4 -L root -d "$bare" "$directory/root.img.part"
umount "$bare"
rmdir "$bare"
mv "$directory/root.img.part" "$directory/root.img"
