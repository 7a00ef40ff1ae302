"""Where hyperstep keeps things and how much it takes: environment, then ``hyperstep.toml``, then defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, each with where it comes from. ``docs/settings.md`` is the reference."""

    home: Path
    """``HYPERSTEP_HOME``, else ``home`` in hyperstep.toml, else ``~/.hyperstep``."""
    slots: int | None = None
    """``HYPERSTEP_SLOTS``, else ``[local] slots``: trials at one time; None for the number of cores."""
    snapshot_max_bytes: int = 300 * 1024 * 1024
    """``[snapshot] max_mb``."""
    snapshot_max_files: int | None = 2000
    """``[snapshot] max_files``; None (lifted) when ``AML_SNAPSHOT_NO_FILE_LIMIT`` is set."""
    stop_grace_s: float = 5.0
    """``[local] stop_grace_s``: seconds between SIGTERM and SIGKILL."""
    file: Path | None = None
    """The hyperstep.toml that was read, if any."""


def load_settings(start: Path | None = None) -> Settings:
    """Read the settings that hold in folder ``start`` (the current one without it).

    The nearest ``hyperstep.toml`` in ``start`` or a folder above it is read, else the one in the home.

    Raises:
        InvalidInputError: An unknown key, or a value that breaks its rule; the message names file and key.
    """
    raise NotImplementedError
