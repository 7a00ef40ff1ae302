"""Where hyperstep keeps things and how much it takes: environment, then ``hyperstep.toml``, then defaults."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from hyperstep.errors import InvalidInputError, UnsupportedError

FILE_NAME = "hyperstep.toml"
"""Looked for in the current folder and those above it, then in the home."""

_MB = 1024 * 1024
_ENVIRONMENTS = ("current", "build")
_NETWORK_HOMES = ("refuse", "allow")
_RESUME = ("always", "never")
_SWITCH = {"1": True, "true": True, "0": False, "false": False}
_DATASET_REUSE = ("content", "definition")
_PACKAGES = ("recorded", "key")
_TRIALS = ("reuse", "run")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TABLES: dict[str, tuple[str, ...]] = {
    "": ("home", "network_home", "local", "sweep", "snapshot", "reuse", "store", "artifacts"),
    "local": ("slots", "stop_grace_s", "environments", "resume", "min_free_mb", "max_silence_s"),
    "sweep": ("deterministic", "max_failed", "retries"),
    "snapshot": ("max_mb", "max_files"),
    "reuse": ("max_age", "datasets", "packages", "trials", "hash_limit_bytes"),
    "store": ("url", "wait_s"),
    "artifacts": ("url",),
}
"""The keys of each table of the file; the empty name is the top."""


@dataclass(frozen=True, slots=True)
class Settings:
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
    file = _nearest_file((start or Path.cwd()).absolute())
    home = _home_from_environment()
    if file is None:
        file = _existing((home or _default_home()) / FILE_NAME)
        found = _File.read(file, may_set_home=False) if file else _File.empty()
    else:
        found = _File.read(file, may_set_home=True)
    limit = found.whole("snapshot", "max_files", 2000)
    max_failed = _whole_from_environment("HYPERSTEP_MAX_FAILED", 0, "for no limit")
    slots = _whole_from_environment("HYPERSTEP_SLOTS", 1, "to use the number of cores")
    retries = _whole_from_environment("HYPERSTEP_RETRIES", 0, "for none")
    deterministic = _switch_from_environment("HYPERSTEP_DETERMINISTIC")
    return Settings(
        home=home or found.folder("home") or _default_home(),
        slots=slots or found.whole("local", "slots", None),
        snapshot_max_bytes=int(found.number("snapshot", "max_mb", 300, positive=True) * _MB),
        snapshot_max_files=None if os.environ.get("AML_SNAPSHOT_NO_FILE_LIMIT") else limit,
        stop_grace_s=found.number("local", "stop_grace_s", 5.0, positive=False),
        environments=_word_from_environment("HYPERSTEP_ENVIRONMENTS", _ENVIRONMENTS)
        or found.one_of("local", "environments", _ENVIRONMENTS),
        resume=_word_from_environment("HYPERSTEP_RESUME", _RESUME) or found.one_of("local", "resume", _RESUME),
        deterministic=found.switch("sweep", "deterministic") if deterministic is None else deterministic,
        max_failed=found.whole("sweep", "max_failed", None, least=0) if max_failed is None else max_failed,
        retries=(found.whole("sweep", "retries", 0, least=0) or 0) if retries is None else retries,
        reuse_max_age_s=found.age("reuse", "max_age"),
        dataset_reuse=found.one_of("reuse", "datasets", _DATASET_REUSE),
        reuse_packages=found.one_of("reuse", "packages", _PACKAGES),
        reuse_trials=found.one_of("reuse", "trials", _TRIALS),
        hash_limit_bytes=found.whole("reuse", "hash_limit_bytes", None) or 1 << 30,
        min_free_bytes=int(
            _or(
                _number_from_environment("HYPERSTEP_MIN_FREE_MB"),
                found.number("local", "min_free_mb", 100, positive=False),
            )
            * _MB
        ),
        max_silence_s=found.number("local", "max_silence_s", 0.0, positive=False) or None,
        network_home=_word_from_environment("HYPERSTEP_NETWORK_HOME", _NETWORK_HOMES)
        or found.one_of("", "network_home", _NETWORK_HOMES),
        store_wait_s=_or(
            _number_from_environment("HYPERSTEP_STORE_WAIT_S"), found.number("store", "wait_s", 30.0, positive=True)
        ),
        file=file,
    )


def locate_home(start: Path | None = None) -> tuple[Path, Path | None]:
    """The home and the settings file, whatever else is wrong with the settings.

    Raises:
        InvalidInputError: The home's path has a ``~`` without a meaning.
    """
    file = _nearest_file((start or Path.cwd()).absolute())
    home = _home_from_environment() or (_named_home(file) if file else None) or _default_home()
    return home, file or _existing(home / FILE_NAME)


def _named_home(file: Path) -> Path | None:
    """The home that a settings file names; None when it names none or cannot be read."""
    try:
        return _File(file, {"": _parse(file)}).folder("home")
    except InvalidInputError:
        return None


@dataclass(frozen=True, slots=True)
class _File:
    """A hyperstep.toml with known keys; each method checks one value."""

    path: Path | None
    tables: Mapping[str, Mapping[str, object]]

    @classmethod
    def empty(cls) -> _File:
        return cls(None, {})

    @classmethod
    def read(cls, path: Path, *, may_set_home: bool) -> _File:
        top = _parse(path)
        _check_keys(path, "", top)
        tables: dict[str, Mapping[str, object]] = {"": top}
        for name in _TABLES:
            table = top.get(name, {}) if name else top
            if not isinstance(table, dict):
                _refuse(path, name, "must be a table", table, f"Write [{name}] on a line of its own.")
            _check_keys(path, name, table)
            tables[name] = table
        if "home" in top and not may_set_home:
            remedy = "Set HYPERSTEP_HOME, or put the file in your project's folder."
            _refuse(path, "home", "cannot be set in a file that lies in the home", top["home"], remedy)
        for name in ("store", "artifacts"):
            _check_local(path, name, tables[name])
        return cls(path, tables)

    def whole(self, table: str, key: str, default: int | None, *, least: int = 1) -> int | None:
        value = self.tables.get(table, {}).get(key, default)
        if value is default:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.refuse(table, key, f"must be a whole number, {least} or more", value)
        return value

    def number(self, table: str, key: str, default: float, *, positive: bool) -> float:
        value = self.tables.get(table, {}).get(key, default)
        rule = "must be a number above 0" if positive else "must be a number, 0 or more"
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(table, key, rule, value)
        if value < 0 or (positive and value == 0):
            self.refuse(table, key, rule, value)
        return value

    def switch(self, table: str, key: str) -> bool:
        """True or false, false by default."""
        value = self.tables.get(table, {}).get(key, False)
        if not isinstance(value, bool):
            self.refuse(table, key, "must be true or false", value)
        return value

    def one_of(self, table: str, key: str, words: tuple[str, ...]) -> str:
        """One of some words, the first by default."""
        value = self.tables.get(table, {}).get(key, words[0])
        if value not in words:
            self.refuse(table, key, f"must be one of {', '.join(words)}", value)
        return str(value)

    def age(self, table: str, key: str) -> float | None:
        """A time in seconds: a number of them, or a number with a unit; None when it is not set."""
        value = self.tables.get(table, {}).get(key)
        if value is None:
            return None
        text = str(value)
        seconds = _number_in(text) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if isinstance(value, str) and text[-1:] in _UNITS_S:
            count = _number_in(text[:-1])
            seconds = None if count is None else count * _UNITS_S[text[-1]]
        if seconds is None:
            self.refuse(table, key, "must be a number of seconds, or a text such as '30d', '12h', '45m'", value)
        return seconds

    def folder(self, key: str) -> Path | None:
        value = self.tables.get("", {}).get(key)
        if value is None or self.path is None:
            return None
        if not isinstance(value, str) or not value:
            self.refuse("", key, "must be a path", value)
        return self.path.parent / _expanded(value, f"`{key}` in {self.path}")

    def refuse(self, table: str, key: str, rule: str, value: object) -> NoReturn:
        _refuse(self.path, f"{table}.{key}" if table else key, rule, value, "See docs/settings.md.")


def _number_in(text: str) -> float | None:
    """The number, 0 or more, that a text is; None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _parse(path: Path) -> dict[str, object]:
    import tomllib  # noqa: PLC0415 - most folders have no settings file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        rule = f"A settings file must be readable TOML: {error}."
        raise InvalidInputError(rule, received=str(path), remedy="See docs/settings.md.") from error


def _check_keys(path: Path, table: str, found: Iterable[str]) -> None:
    import difflib  # noqa: PLC0415 - needed for a message only

    for key in found:
        if key not in _TABLES[table]:
            near = difflib.get_close_matches(key, _TABLES[table], n=1)
            known = f"Did you mean '{near[0]}'?" if near else f"Known here: {', '.join(_TABLES[table])}."
            _refuse(path, f"{table}.{key}" if table else key, "is no setting", key, known)


def _check_local(path: Path, table: str, found: Mapping[str, object]) -> None:
    if "url" in found:
        what = "Runs" if table == "store" else "Artifacts"
        rule = f"{what} are kept in the home's folder; servers are not supported yet (`{table}.url` in {path})."
        raise UnsupportedError(rule, received=found["url"], remedy="Remove the line.")


def _refuse(path: Path | None, key: str, rule: str, value: object, remedy: str) -> NoReturn:
    message = f"In {path}: `{key}` {rule}."
    raise InvalidInputError(message, received=value, remedy=remedy)


def _nearest_file(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        file = _existing(folder / FILE_NAME)
        if file is not None:
            return file
    return None


def _existing(file: Path) -> Path | None:
    try:
        return file if file.is_file() else None
    except OSError:  # a folder that may not be looked into
        return None


def _home_from_environment() -> Path | None:
    value = os.environ.get("HYPERSTEP_HOME")
    return _expanded(value, "HYPERSTEP_HOME").absolute() if value else None


def _default_home() -> Path:
    return _expanded("~/.hyperstep", "The default home")


def _expanded(value: str, what: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        rule = f"{what} must be a path whose `~` has a meaning: {error}"
        raise InvalidInputError(rule, received=value, remedy="Set HYPERSTEP_HOME to an absolute path.") from error


def _whole_from_environment(variable: str, least: int, unset: str) -> int | None:
    value = os.environ.get(variable)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        rule = f"{variable} must be a whole number, {least} or more."
        raise InvalidInputError(rule, received=value, remedy=f"Unset it {unset}.")
    return int(value)


def _switch_from_environment(variable: str) -> bool | None:
    value = os.environ.get(variable)
    if value and value not in _SWITCH:
        rule = f"{variable} must be one of {', '.join(_SWITCH)}."
        raise InvalidInputError(rule, received=value, remedy="Unset it for what the settings file says.")
    return _SWITCH[value] if value else None


def _word_from_environment(name: str, words: tuple[str, ...]) -> str | None:
    value = os.environ.get(name)
    if value and value not in words:
        rule = f"{name} must be one of {', '.join(words)}."
        raise InvalidInputError(rule, received=value, remedy=f"Unset it for '{words[0]}'.")
    return value or None


def _number_from_environment(variable: str) -> float | None:
    value = os.environ.get(variable)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not math.isfinite(number) or number < 0:
        rule = f"{variable} must be a number, 0 or more."
        raise InvalidInputError(rule, received=value, remedy="Unset it for the default. See docs/settings.md.")
    return number


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
