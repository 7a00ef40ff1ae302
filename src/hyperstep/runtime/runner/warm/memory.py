"""What was learnt of scripts and library sets, kept in the home's cache: one small file each, written whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hyperstep.codec import from_json, to_json
from hyperstep.digest import digest_json
from hyperstep.errors import StoreError
from hyperstep.file_lock import locked
from hyperstep.runtime.runner.warm.imports import Imports, from_data, to_data
from hyperstep.runtime.runner.warm.verdict import Verdict, Watch

MOST_FILES = 100
"""Of each kind; the oldest go."""


class WarmMemory:
    """Reads and writes the files. A file that is absent or damaged counts as nothing known.

    Args:
        cache: The home's cache folder.
    """

    def __init__(self, cache: Path) -> None:
        self._imports = cache / "warm" / "imports"
        self._verdicts = cache / "warm" / "verdicts"
        self._orders = cache / "warm" / "orders"

    def imports(self, script: str) -> Imports | None:
        """What is known of a script's imports."""
        try:
            return from_data(_read(self._imports / f"{script}.json"))
        except (KeyError, TypeError, ValueError):
            return None

    def keep_imports(self, script: str, imports: Imports) -> None:
        """Keep it, in the order in which the same modules were kept first; a cache that refuses to keeps nothing.

        Libraries load some of their modules in an order that differs from process to process, and by an equal order
        equal sets share a server.
        """
        pairs = sorted(zip(imports.modules, imports.files, strict=True))
        order = self._orders / f"{digest_json([list(pair) for pair in pairs])}.json"
        first = _read(order).get("modules")
        if isinstance(first, list) and sorted(map(str, first)) == [name for name, _ in pairs]:
            file_of = dict(pairs)
            modules = tuple(map(str, first))
            imports = replace(imports, modules=modules, files=tuple(file_of[name] for name in modules))
        else:
            _write(order, {"modules": list(imports.modules)})
        _write(self._imports / f"{script}.json", to_data(imports))

    def verdict(self, server: str) -> Verdict:
        """What is known of the library set of a server."""
        try:
            return from_json(Verdict, dict(_read(self._verdicts / f"{server}.json")))
        except StoreError:
            return Verdict()

    def watch_of(self, run_id: str) -> tuple[str, Watch] | None:
        """The server, and the watch, of a library set that is being tried by a trial; None when none is."""
        for file in self._verdicts.glob("*.json"):
            watch = self.verdict(file.stem).watch
            if watch is not None and watch.run_id == run_id:
                return file.stem, watch
        return None

    def change_verdict(self, server: str, change: Callable[[Verdict], Verdict]) -> Verdict:
        """Read, change, write, with no other process in between; returns what is kept then.

        Where there can be no lock the change is made without one: at worst one more attempt is watched.
        """
        file = self._verdicts / f"{server}.json"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with locked(file.with_suffix(".lock"), wait=True):
                return self._changed(file, server, change)
        except OSError:
            return self._changed(file, server, change)

    def _changed(self, file: Path, server: str, change: Callable[[Verdict], Verdict]) -> Verdict:
        before = self.verdict(server)
        after = change(before)
        if after != before:
            _write(file, to_json(after))
        return after


def _read(file: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _write(file: Path, data: Mapping[str, Any]) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
    with suppress(OSError):
        is_new = not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(data), encoding="ascii")
        temporary.replace(file)
        if is_new:
            _remove_oldest(file.parent)


def _remove_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in files[: max(0, len(files) - MOST_FILES)]:
        file.unlink(missing_ok=True)
        file.with_suffix(".lock").unlink(missing_ok=True)
