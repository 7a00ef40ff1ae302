"""Where hyperstep keeps things and how much it takes: environment, then ``hyperstep.toml``, then defaults."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from hyperstep.settings.environment import (
    default_home,
    home_from_environment,
    number_from_environment,
    switch_from_environment,
    whole_from_environment,
    word_from_environment,
)
from hyperstep.settings.file import FILE_NAME, SettingsFile, existing, named_home, nearest_file

__all__ = ["FILE_NAME", "Settings", "load_settings", "locate_home"]

_MB = 1024 * 1024
_ENVIRONMENTS = ("current", "build")
_NETWORK_HOMES = ("refuse", "allow")
_RESUME = ("always", "never")
_DATASET_REUSE = ("content", "definition")
_PACKAGES = ("recorded", "key")
_TRIALS = ("reuse", "run")
_HISTORY = ("none", "keep")
_WARM = ("auto", "always", "off")


class Settings(Struct, frozen=True):
    """All settings, each with where it comes from. ``docs/settings.md`` is the reference."""

    home: Path
    """``HYPERSTEP_HOME``, else ``home`` in hyperstep.toml, else ``~/.hyperstep``. Absolute."""
    slots: int | None = None
    """``HYPERSTEP_SLOTS``, else ``[local] slots``: trials at one time; None for the number of cores."""
    snapshot_max_bytes: int = 300 * _MB
    """``[snapshot] max_mb``."""
    snapshot_max_files: int | None = 2000
    """``[snapshot] max_files``; None (lifted) when ``AML_SNAPSHOT_NO_FILE_LIMIT`` is set."""
    stop_grace_s: float = 5.0
    """``[local] stop_grace_s``: seconds between SIGTERM and SIGKILL."""
    environments: str = "current"
    """``HYPERSTEP_ENVIRONMENTS``, else ``[local] environments``: ``current`` runs jobs with the interpreter that
    submits, ``build`` builds and keeps a virtual environment of each Environment's packages."""
    resume: str = "always"
    """``HYPERSTEP_RESUME``, else ``[local] resume``: whether a look at a run that has lost its runner starts the next
    one: ``always`` or ``never``."""
    deterministic: bool = False
    """``HYPERSTEP_DETERMINISTIC``, else ``[sweep] deterministic``: sweeps decide in logical time."""
    max_failed: int | None = None
    """``HYPERSTEP_MAX_FAILED``, else ``[sweep] max_failed``: trials of a sweep that may fail; None for no limit."""
    retries: int = 0
    """``HYPERSTEP_RETRIES``, else ``[sweep] retries``: how often a trial that exits non-zero is started again."""
    history: str = "none"
    """``HYPERSTEP_HISTORY``, else ``[sweep] history``: ``keep`` the finished trials of the newest sweep of equal code
    and inputs whatever its search space, or ``none``."""
    reuse_max_age_s: float | None = None
    """``[reuse] max_age``, in seconds there or as ``"30d"``: older runs are no sources; None for no bound."""
    dataset_reuse: str = "content"
    """``[reuse] datasets``: ``content`` counts a dataset's files, ``definition`` its paths only."""
    reuse_packages: str = "recorded"
    """``[reuse] packages``: ``recorded`` only, or part of the ``key``."""
    reuse_trials: str = "reuse"
    """``[reuse] trials``: ``reuse`` finished trials one by one, or ``run`` all of a step that is not reused as a whole,
    which is v1's rule."""
    hash_limit_bytes: int = 1 << 30
    """``[reuse] hash_limit_bytes``: larger files of data count by size and times until they have been read."""
    min_free_bytes: int = 100 * _MB
    """``HYPERSTEP_MIN_FREE_MB``, else ``[local] min_free_mb``: with less free where the home lies, nothing is submitted
    and runs that go on start nothing new."""
    max_silence_s: float | None = None
    """``[local] max_silence_s``: a process that writes and logs nothing for so long is ended; None for no limit."""
    warm: str = "auto"
    """``HYPERSTEP_WARM``, else ``[local] warm``: whether processes of scripts are forked from a server that has
    imported their libraries: ``auto`` where it is safe, ``always`` or not at all, ``off``."""
    warm_patience_s: float = 30.0
    """``[local] warm_patience_s``: for how long, at least, the trial that tries a server may do nothing before it
    counts as hung."""
    network_home: str = "refuse"
    """``HYPERSTEP_NETWORK_HOME``, else ``network_home``: ``refuse`` or ``allow`` a home on a network file system."""
    store_wait_s: float = 30.0
    """``HYPERSTEP_STORE_WAIT_S``, else ``[store] wait_s``: seconds to wait for another process that writes records."""
    file: Path | None = None
    """The hyperstep.toml that was read, if any."""

    def as_environment(self) -> dict[str, str]:
        """Variables that give a process elsewhere the settings that concern the home, whatever files it finds."""
        return {
            "HYPERSTEP_MIN_FREE_MB": f"{self.min_free_bytes / _MB:g}",
            "HYPERSTEP_NETWORK_HOME": self.network_home,
            "HYPERSTEP_STORE_WAIT_S": f"{self.store_wait_s:g}",
        }


def load_settings(start: Path | None = None) -> Settings:
    """Read the settings that hold in folder ``start`` (the current one without it).

    The nearest ``hyperstep.toml`` in ``start`` or a folder above it is read, else the one in the home. An environment
    variable that is set to nothing counts as not set.

    Raises:
        InvalidInputError: An unknown key, or a value that breaks its rule; the message names file and key.
        UnsupportedError: A network store is asked for.
    """
    file = nearest_file((start or Path.cwd()).absolute())
    home = home_from_environment()
    if file is None:
        file = existing((home or default_home()) / FILE_NAME)
        found = SettingsFile.read(file, may_set_home=False) if file else SettingsFile.empty()
    else:
        found = SettingsFile.read(file, may_set_home=True)
    limit = found.whole("snapshot", "max_files", 2000)
    max_failed = whole_from_environment("HYPERSTEP_MAX_FAILED", 0, "for no limit")
    slots = whole_from_environment("HYPERSTEP_SLOTS", 1, "to use the number of cores")
    retries = whole_from_environment("HYPERSTEP_RETRIES", 0, "for none")
    deterministic = switch_from_environment("HYPERSTEP_DETERMINISTIC")
    return Settings(
        home=home or found.folder("home") or default_home(),
        slots=slots or found.whole("local", "slots", None),
        snapshot_max_bytes=int(found.number("snapshot", "max_mb", 300, positive=True) * _MB),
        snapshot_max_files=None if os.environ.get("AML_SNAPSHOT_NO_FILE_LIMIT") else limit,
        stop_grace_s=found.number("local", "stop_grace_s", 5.0, positive=False),
        environments=_word(found, "HYPERSTEP_ENVIRONMENTS", "local", "environments", _ENVIRONMENTS),
        resume=_word(found, "HYPERSTEP_RESUME", "local", "resume", _RESUME),
        deterministic=found.switch("sweep", "deterministic") if deterministic is None else deterministic,
        max_failed=found.whole("sweep", "max_failed", None, least=0) if max_failed is None else max_failed,
        retries=(found.whole("sweep", "retries", 0, least=0) or 0) if retries is None else retries,
        history=_word(found, "HYPERSTEP_HISTORY", "sweep", "history", _HISTORY),
        reuse_max_age_s=found.age("reuse", "max_age"),
        dataset_reuse=found.one_of("reuse", "datasets", _DATASET_REUSE),
        reuse_packages=found.one_of("reuse", "packages", _PACKAGES),
        reuse_trials=found.one_of("reuse", "trials", _TRIALS),
        hash_limit_bytes=found.whole("reuse", "hash_limit_bytes", None) or 1 << 30,
        min_free_bytes=int(_number(found, "HYPERSTEP_MIN_FREE_MB", "local", "min_free_mb", 100, positive=False) * _MB),
        max_silence_s=found.number("local", "max_silence_s", 0.0, positive=False) or None,
        warm=_word(found, "HYPERSTEP_WARM", "local", "warm", _WARM),
        warm_patience_s=found.number("local", "warm_patience_s", 30.0, positive=True),
        network_home=_word(found, "HYPERSTEP_NETWORK_HOME", "", "network_home", _NETWORK_HOMES),
        store_wait_s=_number(found, "HYPERSTEP_STORE_WAIT_S", "store", "wait_s", 30.0, positive=True),
        file=file,
    )


def locate_home(start: Path | None = None) -> tuple[Path, Path | None]:
    """The home and the settings file, whatever else is wrong with the settings.

    Raises:
        InvalidInputError: The home's path has a ``~`` without a meaning.
    """
    file = nearest_file((start or Path.cwd()).absolute())
    home = home_from_environment() or (named_home(file) if file else None) or default_home()
    return home, file or existing(home / FILE_NAME)


def _word(found: SettingsFile, variable: str, table: str, key: str, words: tuple[str, ...]) -> str:
    """One of some words: the environment's, else the file's, else the first."""
    return word_from_environment(variable, words) or found.one_of(table, key, words)


def _number(found: SettingsFile, variable: str, table: str, key: str, default: float, *, positive: bool) -> float:
    """A number: the environment's, else the file's, else the default."""
    given, written = number_from_environment(variable), found.number(table, key, default, positive=positive)
    return written if given is None else given
