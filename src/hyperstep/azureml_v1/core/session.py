"""Where this process stands: in a driver or in a job, and the home that it reads."""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the engine loads when the first home is opened
    from hyperstep.runtime.home import Home
    from hyperstep.settings import Settings

_opened = threading.local()


def in_job() -> bool:
    """Whether this process was started by a runner to execute a step or a trial.

    A driver on a machine of the real service has v1's variables too, so one of ours is asked for as well.
    """
    return bool(os.environ.get("AZUREML_RUN_ID") and os.environ.get("HYPERSTEP_ATTEMPT_FOLDER"))


def job_run_id() -> str:
    """Id of the run that this process executes; empty in a driver."""
    return os.environ["AZUREML_RUN_ID"] if in_job() else ""


def read_settings() -> Settings:
    """The settings that hold in the current folder."""
    from hyperstep.settings import load_settings  # noqa: PLC0415 - keeps the import of Run light

    return load_settings()


def open_home(settings: Settings) -> Home:
    """The home of ``settings``, opened once for each thread of this process; read-only in a job.

    A store serves one thread; a forked child must not use its parent's connections.
    """
    key = (os.getpid(), settings.home)
    homes: dict[tuple[int, Path], Home] = _opened.__dict__.setdefault("homes", {})
    if key not in homes:
        homes[key] = _open(settings)
    return homes[key]


def close_homes() -> None:
    """Let go of every home that this thread opened; the next use opens it again."""
    homes: dict[tuple[int, Path], Home] = _opened.__dict__.setdefault("homes", {})
    for (process, _), home in homes.items():
        if process == os.getpid():
            home.close()
    homes.clear()


def _open(settings: Settings) -> Home:
    from hyperstep.runtime.home import Home  # noqa: PLC0415 - keeps the import of Run light

    return Home.open(settings, read_only=True) if in_job() else Home.open(settings)


atexit.register(close_homes)
