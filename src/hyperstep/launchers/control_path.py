"""Where the trial host of this user listens: a short path in a folder that nobody else can enter."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

import hyperstep
import hyperstep_trial
from hyperstep.errors import InvalidInputError, LaunchError
from hyperstep.launchers.inherited import conditions

MAX_PATH_BYTES = 100
"""Length of a socket's path; the systems allow 104 (macOS) and 108 (Linux), the end mark included."""
_NAME_BYTES = len("/0123456789ab.sock")


def default_control_path() -> Path:
    """The socket of the host for this interpreter, this installation of hyperstep, and what we inherited.

    No other may start attempts as we would: with our code, and with the umask, the limits, the processors that we have.

    Raises:
        LaunchError: The folder for it cannot be made, or is not ours alone.
    """
    parts = "\0".join((*_installation(), conditions().digest))
    return control_folder() / f"{hashlib.sha256(parts.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}.sock"


def control_folder() -> Path:
    """The folder of this user's control sockets, made when absent.

    Raises:
        LaunchError: It cannot be made, or others may enter it.
    """
    folder = _short_temporary_folder() / f"hyperstep-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.lstat()
    except OSError as error:
        rule = f"The folder for control sockets must be usable, but: {error}."
        raise LaunchError(rule, remedy="Set TMPDIR to a folder that you can write to.") from error
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o077:
        rule = "The folder for control sockets must belong to you, and nobody else may enter it."
        raise LaunchError(rule, received=str(folder), remedy="Remove it, or set TMPDIR to a folder of your own.")
    return folder


def check_control_path(path: Path) -> Path:
    """The path, when a socket can have it.

    Raises:
        InvalidInputError: It is too long.
    """
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        rule = f"The path of a control socket must have at most {MAX_PATH_BYTES} bytes."
        raise InvalidInputError(rule, received=str(path), remedy="Choose a shorter folder.")
    return path


def _short_temporary_folder() -> Path:
    room = MAX_PATH_BYTES - len(f"/hyperstep-{os.getuid()}") - _NAME_BYTES
    chosen = tempfile.gettempdir()
    return Path(chosen if len(os.fsencode(chosen)) <= room else "/tmp")  # noqa: S108 - our folder in it is checked


def _installation() -> tuple[str, ...]:
    source, servers = Path(__file__).parent / "host", Path(hyperstep_trial.__file__).parent / "warm"
    files = [*source.rglob("*.py"), *servers.rglob("*.py")]
    changed = max(file.stat().st_mtime_ns for file in files)  # an upgrade in place is another host
    return sys.executable, hyperstep.__version__, str(source), str(changed)
