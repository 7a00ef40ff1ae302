"""A virtual environment with the packages that an environment asks for: made once, and kept by what it was made of."""

from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path

from hyperstep.digest import Json, digest_json
from hyperstep.errors import LaunchError
from hyperstep.file_lock import locked
from hyperstep.runtime.environments.requirements import Wanted, wanted_packages

_SEEN_FROM_WITHIN = ("hyperstep", "hyperstep_trial", "msgspec", "packaging", "pathspec", "psutil", "yaml", "_yaml")
"""What a job needs of hyperstep and of what hyperstep reads records with."""

_logger = logging.getLogger("hyperstep")
_WAIT_S = 0.2
_DIGEST_LENGTH = 16
_READY = "ready"
_LOG = "build.log"


def build_environment(folder: Path, definition: Mapping[str, Json]) -> str:
    """The interpreter of a virtual environment with the packages of a definition; built when it is not there yet.

    Its Python is the one of this process. Packages of conda are taken from pip, under pip's names; those of the SDK are
    left out, since hyperstep stands in for them.

    Args:
        folder: Holds the environments, each in a folder named by the digest of what decides it.
        definition: As in ``CodeSpec.environment``.

    Returns:
        The interpreter's path; empty when the definition asks for nothing.

    Raises:
        LaunchError: It could not be built; the message has the end of the log, and its path.
    """
    wanted = wanted_packages(definition)
    if not wanted.requirements and not wanted.options:
        return ""
    ours = str(Path(__file__).resolve().parents[2])
    parts: Json = [sys.version, sys.base_prefix, ours, list(wanted.requirements), list(wanted.options)]
    place = folder / digest_json(parts)[:_DIGEST_LENGTH]
    place.mkdir(parents=True, exist_ok=True)
    while not (place / _READY).exists():
        with locked(place / "owner.lock") as is_ours:
            if is_ours and not (place / _READY).exists():
                _build(place, wanted)
                (place / _READY).touch()
        time.sleep(0 if is_ours else _WAIT_S)
    return str(_interpreter(place))


def _build(place: Path, wanted: Wanted) -> None:
    _logger.warning(
        "Building an environment of %d packages, once; its log is %s", len(wanted.requirements), place / _LOG
    )
    requirements = place / "requirements.txt"
    requirements.write_text("\n".join([*wanted.options, *wanted.requirements]) + "\n", encoding="utf-8")
    with (place / _LOG).open("wb") as log:
        _run([sys.executable, "-m", "venv", "--clear", str(place / "venv")], place, log.fileno())
        install = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", str(requirements)]
        _run([str(_interpreter(place)), *install], place, log.fileno())
    _show_hyperstep(place)


def _run(command: list[str], place: Path, log: int) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    if done.returncode != 0:
        lines = (place / _LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        rule = f"The environment could not be built: {lines[-1] if lines else 'no output'}"
        remedy = f"See {place / _LOG}. To run with the packages of this interpreter, unset HYPERSTEP_ENVIRONMENTS."
        raise LaunchError(rule, received=" ".join(command[1:4]), remedy=remedy)


def _show_hyperstep(place: Path) -> None:
    """Make hyperstep importable there, behind the environment's own packages and without those beside hyperstep."""
    seen = place / "hyperstep"
    seen.mkdir(exist_ok=True)
    for name in _SEEN_FROM_WITHIN:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            link = seen / name
            link.unlink(missing_ok=True)
            link.symlink_to(Path(next(iter(spec.submodule_search_locations))), target_is_directory=True)
    (_site_packages(place) / "hyperstep.pth").write_text(f"{seen}\n", encoding="utf-8")


def _interpreter(place: Path) -> Path:
    return place / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _site_packages(place: Path) -> Path:
    base = {"base": str(place / "venv"), "platbase": str(place / "venv")}
    return Path(sysconfig.get_path("purelib", "venv", base))
