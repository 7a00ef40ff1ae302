"""What matters about this machine: Python, home and its file system, disk, cores, settings, foreign azureml."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil

from hyperstep import __version__
from hyperstep.cli.documents import Document
from hyperstep.cli.wording import file_size
from hyperstep.errors import HyperstepError
from hyperstep.settings import Settings, load_settings

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb2", "smb3", "afs", "9p", "lustre", "gpfs", "beegfs", "ceph", "glusterfs"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.cephfs", "fuse.blobfuse", "fuse.blobfuse2", "fuse.s3fs", "webdav"}
)
"""File systems on which SQLite's write-ahead log is not safe: its readers share memory."""

_LITTLE_DISK_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Findings:
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
    """Installed distributions that bring an ``azureml`` of their own, with versions."""
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

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
            *(f"warning: {warning}" for warning in self.warnings),
            *(f"problem: {problem}" for problem in self.problems),
        ]


def examine() -> Findings:
    """Look at this machine. Nothing is created."""
    problems: list[str] = []
    settings: Settings | None = None
    try:
        settings = load_settings()
    except HyperstepError as error:
        problems.append(str(error))
    home = settings.home if settings else None
    place = _existing(home) if home else None
    if home and place and not os.access(place, os.W_OK):
        problems.append(f"The home {home} cannot be written to. Set HYPERSTEP_HOME to another folder.")
    system = _file_system(place) if place else ""
    free = shutil.disk_usage(place).free if place else None
    foreign = foreign_azureml()
    return Findings(
        python=platform.python_version(),
        executable=sys.executable,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        home=home,
        file_system=system,
        free_bytes=free,
        cores=os.cpu_count() or 1,
        slots=settings.slots if settings else None,
        settings_file=settings.file if settings else None,
        foreign_azureml=foreign,
        warnings=tuple(_warnings(system, free, foreign)),
        problems=tuple(problems),
    )


def foreign_azureml() -> tuple[str, ...]:
    """Installed distributions named ``azureml…``, with their versions."""
    found = {f"{d.name} {d.version}" for d in metadata.distributions() if _is_azureml(d.metadata["Name"])}
    return tuple(sorted(found))


def is_network(file_system: str) -> bool:
    """Whether a file system of that type lies on another machine."""
    return file_system.lower() in _NETWORK


def _warnings(file_system: str, free: int | None, foreign: tuple[str, ...]) -> list[str]:
    found = []
    if is_network(file_system):
        found.append(
            f"The home lies on a network file system ({file_system}), on which SQLite's write-ahead log is not safe. "
            "Set HYPERSTEP_HOME to a local folder."
        )
    if free is not None and free < _LITTLE_DISK_BYTES:
        found.append(f"Only {file_size(free)} are free where the home lies.")
    if foreign:
        found.append(
            "Another azureml is installed. `hyperstep run` and trials use hyperstep's; elsewhere "
            "`import hyperstep.azureml` must come before any other azureml import."
        )
    if os.name == "nt":
        found.append("Windows is untested: trials start cold, and progress is shown as plain lines.")
    return found


def _is_azureml(name: str | None) -> bool:
    return bool(name) and str(name).lower().replace("_", "-").split("-")[0] == "azureml"


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())


def _file_system(path: Path) -> str:
    """Type of the file system that holds ``path``; empty when nobody says."""
    resolved = path.resolve()
    mounts = [p for p in psutil.disk_partitions(all=True) if resolved.is_relative_to(p.mountpoint)]
    return max(mounts, key=lambda p: len(p.mountpoint)).fstype if mounts else ""
