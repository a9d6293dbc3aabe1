# SPDX-License-Identifier: MIT
"""A virtual machine: a kernel, disks, a job to do, and what is left of it when the machine is off again."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import time
from dataclasses import dataclass, field
from pathlib import Path

RESULT_SIZE = 64 << 20
# Booting takes 8 s under emulation with two processors to itself, and several times that beside a compiler.
BOOT_LIMIT = 75.0
# The first word on the console comes after 3 s.
SILENCE_LIMIT = 30.0
BOOTS = 3


@dataclass(frozen=True)
class Disk:
    """serial: the name udev gives it, /dev/disk/by-id/virtio-SERIAL."""

    serial: str
    path: Path
    format: str = "raw"
    snapshot: bool = False
    size: int = 0  # made anew, empty, of so many bytes, if not 0


@dataclass(frozen=True)
class Image:
    """A root disk with the kernel that boots it."""

    directory: Path
    root: Path
    format: str

    @staticmethod
    def base(directory: Path) -> "Image":
        return Image(directory, directory / "root.img", "raw")


@dataclass
class Run:
    """What is left when the machine is off. `over` is False if it had to be stopped: it never came back."""

    directory: Path
    over: bool
    seconds: float
    files: dict[str, str] = field(default_factory=dict)


def accelerator(image: Image, directory: Path) -> list[str]:
    """KVM where it works, which only a kernel that says something can tell, otherwise emulation. Remembered."""
    kvm, emulated = ["-accel", "kvm", "-cpu", "host"], ["-accel", "tcg,thread=multi", "-cpu", "max"]
    note = directory / "accelerator"
    if not note.exists():
        note.write_text("kvm" if os.access("/dev/kvm", os.W_OK) and _kernel_speaks(image, kvm) else "tcg")
    return kvm if note.read_text() == "kvm" else emulated


def _kernel_speaks(image: Image, options: list[str]) -> bool:
    command = _qemu(image, "1024M") + options + ["-append", "console=ttyS0", "-serial", "stdio"]
    try:
        said = subprocess.run(command, capture_output=True, timeout=5, stdin=subprocess.DEVNULL).stdout
    except subprocess.TimeoutExpired as expired:
        said = expired.stdout or b""
    return b"Linux version" in said


def _qemu(image: Image, memory: str) -> list[str]:
    return ["qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-m", memory, "-smp", "2",
            "-kernel", str(image.directory / "vmlinuz"), "-initrd", str(image.directory / "initrd")]  # fmt: skip


def _nodes(sizes: tuple[int, ...]) -> list[str]:
    """NUMA nodes of so many MiB. All processors are in the first."""
    options = []
    for number, size in enumerate(sizes):
        processors = "cpus=0-1," if number == 0 else ""
        options += ["-object", f"memory-backend-ram,id=node{number},size={size}M",
                    "-numa", f"node,{processors}memdev=node{number}"]  # fmt: skip
    return options


def _drive(disk: Disk) -> list[str]:
    snapshot = "on" if disk.snapshot else "off"
    return ["-drive", f"if=none,id={disk.serial},file={disk.path},format={disk.format},snapshot={snapshot},cache=unsafe",
            "-device", f"virtio-blk-pci,drive={disk.serial},serial={disk.serial}"]  # fmt: skip


def _payload(files: dict[str, Path | str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def run(
    image: Image,
    accel: list[str],
    directory: Path,
    files: dict[str, Path | str],
    *,
    seconds: float,
    memory: str = "1024M",
    nodes: tuple[int, ...] = (),
    disks: tuple[Disk, ...] = (),
    arguments: str = "",
    keep_root: bool = False,
) -> Run:
    """
    Boots `image`, lets it unpack `files` and run the one called "job", and reads back what the job left on the result
    disk. Stopped if it is not off `seconds` after it could have booted. With keep_root the root disk keeps its changes.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    payload, result = directory / "payload.tar", directory / "result.tar"
    payload.write_bytes(_payload(files))
    own = (
        Disk("root", image.root, image.format, snapshot=not keep_root),
        Disk("payload", payload),
        Disk("result", result, size=RESULT_SIZE),
    )
    for disk in own + disks:
        if disk.size:
            disk.path.unlink(missing_ok=True)
            with open(disk.path, "wb") as empty:
                empty.truncate(disk.size)
    kernel = f"root=/dev/disk/by-id/virtio-root rw console=ttyS0 loglevel=4 SYSTEMD_LOG_SECCOMP=1 systemd.unit=vm.target {arguments}"
    command = _qemu(image, memory) + _nodes(nodes) + accel + ["-append", kernel]
    command += ["-serial", f"file:{directory / 'console'}", "-serial", f"file:{directory / 'live'}"]
    for disk in own + disks:
        command += _drive(disk)
    ended = _watched(command, directory, seconds)
    ended.files = _unpacked(result) | {name: _text(directory / name) for name in ("console", "live")}
    for disk in disks + own[1:]:
        disk.path.unlink()
    for name, text in ended.files.items():
        kept = directory / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text)
    return ended


def _watched(command: list[str], directory: Path, seconds: float) -> Run:
    """
    Until the machine is off or its time is over. An emulated kernel now and then hangs before its first word (seen
    once in some fifty boots, beside a compiler): that says nothing about anybody, so it is switched on again.
    """
    begun, over = time.monotonic(), False
    for _ in range(BOOTS):
        begun = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        over = _ends_within(process, SILENCE_LIMIT)
        if over or _text(directory / "console"):
            over = over or _ends_within(process, BOOT_LIMIT + seconds - SILENCE_LIMIT)
            break
        _stop(process)
    if not over:
        _stop(process)
    return Run(directory, over and process.returncode == 0, time.monotonic() - begun)


def _stop(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()


def _ends_within(process: subprocess.Popen, seconds: float) -> bool:
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        return False


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _unpacked(result: Path) -> dict[str, str]:
    try:
        with tarfile.open(result) as tar:
            found = {member.name.removeprefix("./"): tar.extractfile(member) for member in tar if member.isfile()}
            return {name: file.read().decode(errors="replace") for name, file in found.items() if file}
    except (tarfile.TarError, EOFError):
        return {}
