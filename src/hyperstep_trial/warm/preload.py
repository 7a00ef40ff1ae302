"""Importing what trials import, and nothing more; and whether a fork after it is safe."""

from __future__ import annotations

import _thread
import gc
import os
import sys

_OLDEST, _NEWEST = (3, 10), (3, 14)
_NEEDED = ("memfd_create", "waitid", "posix_spawn")


def preload(names: list[str]) -> list[str]:
    """Import the modules in order; returns those that cannot be imported, each with why."""
    skipped = []
    for name in names:
        try:
            __import__(name)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the trial is to meet it, not us
            skipped.append(f"{name}: {type(error).__name__}: {error}".replace("\n", " "))
    return skipped


def settle() -> None:
    """Leave what is loaded alone from here on, so that children share it."""
    _flush()
    compile("", "<string>", "exec")  # makes the types of syntax trees, which each child made to compile its script
    gc.collect()
    gc.freeze()


def why_unsafe() -> str:
    """Why children are not to be forked from this process; empty when nothing speaks against it."""
    if sys.platform != "linux" or not all(hasattr(os, name) for name in _NEEDED):
        return "warm starts need Linux"
    if sys.implementation.name != "cpython" or not _OLDEST <= sys.version_info[:2] <= _NEWEST:
        return f"warm starts know CPython 3.{_OLDEST[1]} to 3.{_NEWEST[1]}, not {sys.implementation.name} {sys.version}"
    if _thread._count():  # noqa: SLF001 - threading may not be loaded
        return "a library starts a Python thread when it is imported"
    cuda = sys.modules.get("torch.cuda")
    if cuda is not None and cuda.is_initialized():
        return "CUDA is in use after the imports"
    return ""


def _flush() -> None:
    """What a library said while it was imported is not to be in each child's buffers."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
