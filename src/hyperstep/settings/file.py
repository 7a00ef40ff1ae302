"""The file ``hyperstep.toml``: where it is found, which keys it may have, what each value must be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from hyperstep.errors import InvalidInputError, UnsupportedError
from hyperstep.settings.environment import expanded

FILE_NAME = "hyperstep.toml"
"""Looked for in the current folder and those above it, then in the home."""

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TABLES: dict[str, tuple[str, ...]] = {
    "": ("home", "network_home", "local", "sweep", "snapshot", "reuse", "store", "artifacts"),
    "local": (
        "slots",
        "stop_grace_s",
        "environments",
        "resume",
        "min_free_mb",
        "max_silence_s",
        "warm",
        "warm_patience_s",
    ),
    "sweep": ("deterministic", "max_failed", "retries", "history"),
    "snapshot": ("max_mb", "max_files"),
    "reuse": ("max_age", "datasets", "packages", "trials", "hash_limit_bytes"),
    "store": ("url", "wait_s"),
    "artifacts": ("url",),
}
"""The keys of each table of the file; the empty name is the top."""


class SettingsFile(Struct, frozen=True):
    """A hyperstep.toml with known keys; each method checks one value."""

    path: Path | None
    tables: Mapping[str, Mapping[str, object]]

    @classmethod
    def empty(cls) -> SettingsFile:
        """No file: everything has its default."""
        return cls(None, {})

    @classmethod
    def read(cls, path: Path, *, may_set_home: bool) -> SettingsFile:
        """Read a file and check its keys.

        Args:
            path: The file.
            may_set_home: Not when it lies in the home itself.

        Raises:
            InvalidInputError: It cannot be read, has an unknown key, or names a home and may not.
            UnsupportedError: A network store is asked for.
        """
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
        """A whole number, ``least`` or more."""
        value = self.tables.get(table, {}).get(key, default)
        if value is default:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.refuse(table, key, f"must be a whole number, {least} or more", value)
        return value

    def number(self, table: str, key: str, default: float, *, positive: bool) -> float:
        """A number, 0 or more, or above 0 where it must be ``positive``."""
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
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        seconds = _number_in(str(value)) if is_number else None
        if isinstance(value, str):
            seconds = seconds_in(value)
        if seconds is None:
            self.refuse(table, key, "must be a number of seconds, or a text such as '30d', '12h', '45m'", value)
        return seconds

    def folder(self, key: str) -> Path | None:
        """A path, from the file's folder on; None when it is not set."""
        value = self.tables.get("", {}).get(key)
        if value is None or self.path is None:
            return None
        if not isinstance(value, str) or not value:
            self.refuse("", key, "must be a path", value)
        return self.path.parent / expanded(value, f"`{key}` in {self.path}")

    def refuse(self, table: str, key: str, rule: str, value: object) -> NoReturn:
        """Raise the error that names file, key and rule."""
        _refuse(self.path, f"{table}.{key}" if table else key, rule, value, "See docs/settings.md.")


def nearest_file(start: Path) -> Path | None:
    """The settings file in a folder or the nearest one above it."""
    for folder in (start, *start.parents):
        file = existing(folder / FILE_NAME)
        if file is not None:
            return file
    return None


def existing(file: Path) -> Path | None:
    """The same path, when there is a file."""
    try:
        return file if file.is_file() else None
    except OSError:  # a folder that may not be looked into
        return None


def named_home(file: Path) -> Path | None:
    """The home that a settings file names; None when it names none or cannot be read."""
    try:
        return SettingsFile(file, {"": _parse(file)}).folder("home")
    except InvalidInputError:
        return None


def seconds_in(age: str) -> float | None:
    """``45m``, ``12h``, ``30d``, ``2w`` in seconds; None for what is no number with a unit."""
    count = _number_in(age[:-1]) if age[-1:] in _UNITS_S else None
    return None if count is None else count * _UNITS_S[age[-1]]


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
