"""What is tried: the shipped sweep and pipeline, or the user's own driver."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hyperstep.testing.faults.shipped.sweep import SCRIPTS

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", "*.pyc", "outputs", "logs")


@dataclass(frozen=True, slots=True)
class Subject:
    """A driver that submits runs, and what it needs."""

    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    """Copied for each run, and the driver's working folder; None: an empty one."""
    notes_outside: bool = False
    """Its scripts write down outside what they did, as the shipped ones do."""

    def prepare(self, folder: Path) -> None:
        """Make the driver's working folder."""
        if self.folder is None:
            folder.mkdir(parents=True)
        else:
            shutil.copytree(self.folder, folder, ignore=_LEFT_OUT, symlinks=True)


def shipped_sweep(name: str = "sweep", *, variables: Mapping[str, str] | None = None, **options: object) -> Subject:
    """The shipped sweep.

    Args:
        name: What reports call it.
        variables: Of its scripts.
        options: Those of ``shipped.sweep``.
    """
    arguments = (f"{key}={value}" for key, value in options.items())
    command = (sys.executable, "-m", "hyperstep.testing.faults.shipped.sweep", *arguments)
    return Subject(name, command, variables or {}, notes_outside=True)


def shipped_pipeline() -> Subject:
    """The shipped pipeline: a sweep, and a step that takes its model."""
    command = (sys.executable, "-m", "hyperstep", "run", "-q", "pipeline.py")
    return Subject("pipeline", command, folder=SCRIPTS, notes_outside=True)


def users_driver(arguments: Sequence[str], folder: Path, *, deterministic: bool = False) -> Subject:
    """The user's own driver, run by ``hyperstep run`` in a copy of ``folder``.

    Args:
        arguments: The script, seen from the folder, and its arguments.
        folder: Where it is run from.
        deterministic: Ask for deterministic sweeps.
    """
    asked = ("--deterministic",) if deterministic else ()
    command = (sys.executable, "-m", "hyperstep", "run", "-q", *asked, *arguments)
    return Subject(arguments[0], command, folder=folder)
