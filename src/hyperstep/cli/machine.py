"""What matters about this machine: Python, home and its file system, disk, cores, settings, foreign azureml."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path

from msgspec import Struct

import hyperstep
from hyperstep import __version__
from hyperstep.cli.documents import Document
from hyperstep.cli.stored_files import stored_files_line
from hyperstep.cli.wording import file_size
from hyperstep.codec import to_json
from hyperstep.errors import HyperstepError
from hyperstep.file_systems import existing_part, file_system_of, free_bytes, is_network, is_read_only
from hyperstep.run_store import faulty_databases, lost_runs, unknown_runs
from hyperstep.run_store.conflicts import missing_from_index
from hyperstep.run_store.damage import Fault, LostRun
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.stored_files import Examined
from hyperstep.settings import Settings, load_settings, locate_home

_SHIM_PATH = str(Path(hyperstep.__file__).absolute().parent / "shim_path")
"""Where our own ``azureml`` lies."""

_LITTLE_DISK_BYTES = 1_000_000_000


class Findings(Struct, frozen=True):
    """What was found."""

    python: str
    executable: str
    system: str
    home: Path | None
    file_system: str
    free_bytes: int | None
    cores: int
    slots: int | None
    settings_file: Path | None
    foreign_azureml: tuple[str, ...]
    """Installed distributions that bring an ``azureml`` of their own, with versions, and folders without one."""
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    stored: Examined | None = None
    """All stored files, where they were looked through."""

    def document(self) -> Document:
        """What ``doctor --json`` prints."""
        return {
            "version": __version__,
            "python": self.python,
            "executable": self.executable,
            "system": self.system,
            "home": str(self.home) if self.home else None,
            "file_system": self.file_system or None,
            "free_bytes": self.free_bytes,
            "cores": self.cores,
            "slots": self.slots,
            "settings_file": str(self.settings_file) if self.settings_file else None,
            "foreign_azureml": list(self.foreign_azureml),
            "warnings": list(self.warnings),
            "problems": list(self.problems),
            "stored_files": None if self.stored is None else to_json(self.stored),
        }

    def text(self) -> list[str]:
        """The same for a person."""
        free = "unknown" if self.free_bytes is None else file_size(self.free_bytes)
        return [
            f"hyperstep       {__version__}",
            f"python          {self.python} ({self.executable})",
            f"system          {self.system}",
            f"home            {self.home or 'unknown'} ({self.file_system or 'unknown'} file system, {free} free)",
            f"cores           {self.cores}; trials at one time: {self.slots or self.cores}",
            f"settings        {self.settings_file or 'no hyperstep.toml, defaults'}",
            f"foreign azureml {', '.join(self.foreign_azureml) or 'none'}",
            *stored_files_line(self.stored),
            *(f"warning: {warning}" for warning in self.warnings),
            *(f"problem: {problem}" for problem in self.problems),
        ]


def examine() -> Findings:
    """Look at this machine. Nothing is left behind."""
    problems: list[str] = []
    settings: Settings | None = None
    home: Path | None = None
    file: Path | None = None
    try:
        home, file = locate_home()
        settings = load_settings()
    except HyperstepError as error:
        problems.append(str(error))
    place = existing_part(home) if home else None
    if home and place:
        problems += home_problems(home, place)
    system = file_system_of(place) if place else ""
    free = free_bytes(place) if place else None
    if home and home.is_dir():
        problems += map(_fault_words, faulty_databases(home))
        problems += map(_loss, lost_runs(home))
        problems += _unknown_words(home)
    if home and is_network(system) and not (settings and settings.network_home == "allow"):
        problems.append(_network_problem(system))
    foreign = foreign_azureml()
    return Findings(
        python=platform.python_version(),
        executable=sys.executable,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        home=home,
        file_system=system,
        free_bytes=free,
        cores=usable_cores(),
        slots=settings.slots if settings else None,
        settings_file=settings.file if settings else file,
        foreign_azureml=foreign,
        warnings=tuple(_warnings(system, free, foreign)),
        problems=tuple(problems),
    )


def home_problems(home: Path, place: Path) -> list[str]:
    """Why a home cannot be used; nothing when it can.

    Args:
        home: The home's path.
        place: The same, or the nearest above it that exists.
    """
    if _is_only_readable(home):
        return [_only_readable(home)]
    fault = _home_fault(home, place)
    return [f"The home {home} {fault}. Set HYPERSTEP_HOME to another folder."] if fault else []


def foreign_azureml() -> tuple[str, ...]:
    """Installed distributions named ``azureml…``, with their versions, and ``azureml`` folders that belong to none.

    Nothing is imported.
    """
    found: set[str] = set()
    for entry in {os.path.abspath(entry) for entry in [*sys.path, ""]} - {_SHIM_PATH}:  # noqa: PTH100 - "" is here
        named = {f"{d.name} {d.version}" for d in metadata.distributions(path=[entry]) if _is_azureml(d.name)}
        found |= named or _azureml_in(entry)
    return tuple(sorted(found))


def _is_only_readable(home: Path) -> bool:
    return home.is_dir() and os.access(home, os.R_OK | os.X_OK) and not os.access(home, os.W_OK)


def _only_readable(home: Path) -> str:
    why = "its disk is mounted for reading only" if is_read_only(home) else "you have no permission to write there"
    return (
        f"The home {home} can only be read here: {why}. What is recorded can be looked at (runs, show, best, logs, "
        "why, plan); nothing can be submitted, resumed, canceled or removed. To do that set HYPERSTEP_HOME to another "
        "folder, or work where this one can be written to."
    )


def _home_fault(home: Path, place: Path) -> str:
    if place.is_dir() and home.is_symlink() and place != home:
        return "is a link to what is not there"
    if not place.is_dir():
        return "is a file, not a folder" if place == home.absolute() else f"lies below {place}, which is a file"
    try:
        Path(tempfile.mkdtemp(prefix=".hyperstep-doctor-", dir=place)).rmdir()
    except OSError as error:
        verb = "be written to" if place == home.absolute() else "be made"
        return f"cannot {verb}: {error.strerror}"
    return ""


def _azureml_in(entry: str) -> set[str]:
    """What ``import azureml`` would find in one folder of the path."""
    spec = PathFinder.find_spec("azureml", [entry])
    if spec is None:
        return set()
    return set(spec.submodule_search_locations or ()) or {spec.origin or entry}


def _warnings(file_system: str, free: int | None, foreign: tuple[str, ...]) -> list[str]:
    found = []
    if is_network(file_system):
        found.append(f"The home lies on a network file system ({file_system}): records are written in the slower way.")
    if free is not None and free < _LITTLE_DISK_BYTES:
        found.append(f"Only {file_size(free)} are free where the home lies: `hyperstep gc` shows what can go.")
    if foreign:
        found.append(
            "Another azureml is found on this Python's path. `hyperstep run` and trials use hyperstep's; elsewhere "
            "`import hyperstep.azureml` must come before any other azureml import."
        )
    if os.name == "nt":
        found.append("Windows is untested: trials start cold, and progress is shown as plain lines.")
    return found


def _is_azureml(name: str | None) -> bool:
    return bool(name) and str(name).lower().replace("_", "-").split("-")[0] == "azureml"


def _fault_words(found: Fault) -> str:
    file, why = found.file, found.why
    if not found.is_damage:
        return (
            f"{file} cannot be opened ({why}), which says nothing of what is in it. It was left as it is; see whether "
            "you may read it and its folder."
        )
    if file.name == "index.db":
        return f"{file} is damaged ({why}). Type `hyperstep doctor --rebuild-index`: it is made anew from the runs."
    return (
        f"{file} is damaged ({why}): it concerns that run only. It was left as it is; put back a copy of it, or remove "
        f"the run with `hyperstep rm {file.parent.name}`."
    )


def _loss(run: LostRun) -> str:
    return (
        f"{run.file} of run {run.id} {run.why}: it concerns that run only. Put a copy of its folder back, or remove "
        f"the run with `hyperstep rm {run.file.parent.name}`."
    )


def _unknown_words(home: Path) -> list[str]:
    unknown = unknown_runs(home)
    return [f"{missing_from_index(unknown)} Type `hyperstep doctor --rebuild-index`."] if unknown else []


def _network_problem(file_system: str) -> str:
    return (
        f"The home lies on a network file system ({file_system}), on which SQLite's write-ahead log is not safe. Set "
        'HYPERSTEP_HOME to a local folder, or network_home = "allow".'
    )
