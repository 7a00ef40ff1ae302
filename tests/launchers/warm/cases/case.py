"""What a case is: a script, what it is started with, and what its server has imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STANDARD = (
    "argparse",
    "asyncio",
    "concurrent.futures.process",
    "concurrent.futures.thread",
    "dataclasses",
    "inspect",
    "json",
    "logging",
    "multiprocessing.pool",
    "pickle",
    "random",
    "subprocess",
    "tempfile",
    "threading",
    "traceback",
    "unittest",
    "uuid",
    "warnings",
)
"""What the server has imported where a case says nothing else."""


@dataclass(frozen=True)
class Case:
    """One script; what it writes, how it ends and which files it makes must be the same, cold and warm."""

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """Of the interpreter."""
    path: str = "train.py"
    """Of the script, as it is named on the command line, below the working folder."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What lies in the working folder besides."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """What lies in a folder elsewhere, the same for all attempts; ``{shared}`` in ``env`` is its path."""
    modules: tuple[str, ...] = STANDARD
    signal: int | None = None
    """Sent to the process when the file ``ready`` is there, and it waits."""
    exit_code: int | None = 0
    """What it ends with; None when a signal ends it."""
