"""What is wrong with the files of a run store, as it is found."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Fault(Struct, frozen=True):
    """Why one file of a run store cannot be read."""

    file: Path
    why: str
    is_damage: bool = True
    """False when it may not or cannot be opened, so that nobody knows what is in it."""


class LostRun(Struct, frozen=True):
    """A run that the index knows and whose records are not there."""

    id: str
    file: Path
    """Where its database is, or should be."""
    why: str
    """``is empty``, ``is gone``, …"""
