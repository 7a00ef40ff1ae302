"""A small disk of its own for a home: a real file system in memory, which only root may mount."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A mounted file system of that size (``16m``); the test is skipped where mounting is not allowed."""
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command here")
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def disk_of_small_blocks(place: Path) -> Iterator[Path]:
    """A mounted file system whose blocks are smaller than a page of memory; skipped as ``small_disk`` is."""
    image = place.with_name(f"{place.name}.image")
    place.mkdir()
    image.write_bytes(b"")
    os.truncate(image, 8 << 20)
    commands = (
        ["mkfs.ext4", "-q", "-F", "-m", "0", "-b", "1024", str(image)],
        ["mount", "-o", "loop", str(image), str(place)],
    )
    for command in commands:
        if shutil.which(command[0]) is None:
            pytest.skip(f"there is no {command[0]} here")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def only_readable_now(folder: Path) -> Iterator[None]:
    """The folder mounted for reading only under all that use it; what they have open they may still write to."""
    commands = (["mount", "--bind", str(folder), str(folder)], ["mount", "-o", "remount,ro,bind", str(folder)])
    done = [subprocess.run(command, capture_output=True, text=True, check=False) for command in commands]
    try:
        if any(each.returncode for each in done):
            pytest.skip(f"a folder cannot be mounted for reading only here: {done[-1].stderr.strip()}")
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=done[0].returncode == 0, capture_output=True)


_FILLS = """
import sys, time
while True:
    try:
        with open(sys.argv[1], "ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))
    except OSError:
        time.sleep(0.01)
"""


@contextmanager
def kept_full(disk: Path) -> Iterator[None]:
    """Another process takes all the room, and each byte that somebody gives back; at the end the disk is freed."""
    ballast = disk / "ballast-of-another"
    filler = subprocess.Popen([sys.executable, "-c", _FILLS, str(ballast)])
    try:
        while shutil.disk_usage(disk).free:
            time.sleep(0.01)
        yield
    finally:
        filler.kill()
        filler.wait()
        ballast.unlink()


def fill(disk: Path, *, leave_bytes: int = 0) -> Path:
    """A file that takes all the room but some; removing it frees the disk."""
    ballast = disk / "ballast"
    block = b"\1" * 65536
    try:
        with ballast.open("ab", buffering=0) as stream:
            while shutil.disk_usage(disk).free > leave_bytes:
                stream.write(block[: max(1, shutil.disk_usage(disk).free - leave_bytes)])
    except OSError:
        pass
    return ballast
