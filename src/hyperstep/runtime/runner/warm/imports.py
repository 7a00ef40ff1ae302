"""From the note that a process left of its imports to the modules that a warm server may import beforehand."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

NOTE_NAME = "imports.json"
"""In an attempt's folder."""
MOST_MODULES = 4000
"""A server imports no more: what a script loads beyond that, each trial loads itself."""
MOST_BYTES = 150_000
"""Nor than have names of so many bytes together: it is told them in one packet."""
MOST_UPDATES = 3
"""How often what was learnt of a script is added to; each time another server is started."""
FEWEST_NEW = 3
"""Fewer modules that a warm trial loaded itself are not worth another server."""

OURS = frozenset({"hyperstep", "hyperstep_trial", "azureml"})
"""Packages that are shared wherever they lie."""
_PER_PROCESS = frozenset({"hyperstep_trial.import_note", "hyperstep.azureml"})
"""Of ours, but tied to the process that imports them."""


class Imports(Struct, frozen=True):
    """What is known of a script's imports."""

    modules: tuple[str, ...]
    """In the order of loading; of installed distributions, the standard library and hyperstep only."""
    files: tuple[str, ...]
    """The file of each."""
    duration_s: float
    """How long the attempt ran from which this was learnt, from its start to its end."""
    site: tuple[str, ...] = ()
    """The folders of installed distributions."""
    why_cold: str = ""
    """Set when its trials are never to be warm."""
    updates: int = 0


class ImportNote(Struct, frozen=True):
    """What ``hyperstep_trial.import_note`` wrote."""

    modules: tuple[tuple[str, str], ...]
    """Name and file."""
    site: tuple[str, ...]
    library: tuple[str, ...]
    hidden: tuple[str, ...]
    gpu: bool
    changed: tuple[str, ...] = ()
    """Variables that libraries read when they are loaded, and that the script has changed."""


def read_note(file: Path) -> ImportNote | None:
    """The note; None when there is none, or it cannot be read."""
    try:
        data: Any = json.loads(file.read_bytes())
        return ImportNote(
            modules=tuple((str(name), str(path)) for name, path in data["modules"]),
            site=tuple(map(str, data["site"])),
            library=tuple(map(str, data["library"])),
            hidden=tuple(map(str, data["hidden"])),
            gpu=bool(data["gpu"]),
            changed=tuple(map(str, data.get("changed", ()))),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def learn(note: ImportNote, work_folder: str, duration_s: float) -> Imports:
    """What a server is to import for the script that left the note.

    Args:
        note: Of an attempt that ended well.
        work_folder: Where it ran: nothing below it is shared.
        duration_s: How long it ran.
    """
    kept = [(name, file) for name, file in note.modules if _may_be_shared(name, file, note, work_folder)]
    del kept[_how_many_fit([name for name, _ in kept]) :]
    names, files = tuple(name for name, _ in kept), tuple(file for _, file in kept)
    return Imports(names, files, duration_s, note.site, _why_never(note))


def _how_many_fit(names: Sequence[str]) -> int:
    """How many of these, from the first on, a server takes."""
    ends = accumulate(len(name.encode()) + 1 for name in names)
    return min(MOST_MODULES, sum(end <= MOST_BYTES for end in ends))


def add(known: Imports, note: ImportNote, work_folder: str) -> Imports | None:
    """What is known after a warm attempt noted what it had to load itself; None when that changes nothing."""
    found = learn(note, work_folder, known.duration_s)
    if found.why_cold:
        return replace(known, why_cold=found.why_cold)
    before = set(known.modules)
    new = [(n, f) for n, f in zip(found.modules, found.files, strict=True) if n not in before]
    new = new[: _how_many_fit([*known.modules, *(name for name, _ in new)]) - len(known.modules)]
    if len(new) < FEWEST_NEW or known.updates >= MOST_UPDATES:
        return None
    return replace(
        known,
        modules=(*known.modules, *(name for name, _ in new)),
        files=(*known.files, *(file for _, file in new)),
        updates=known.updates + 1,
    )


def own_places(note: ImportNote, work_folder: str) -> set[str]:
    """The user's own packages and modules outside the script's folder, each by the path of its folder or file."""
    return {
        _top_of(name, file)
        for name, file in note.modules
        if not (_is_ours(name) or _is_below(file, (work_folder, *note.site, *note.library)))
    }


def stamps_of(files: Sequence[str]) -> list[list[int] | None]:
    """Time of change and size of each file, which an install or an edit changes; None for one that is not there."""
    return [_stamp(file) for file in files]


def to_data(imports: Imports) -> Mapping[str, Any]:
    """As it is kept."""
    return {
        "modules": list(imports.modules),
        "files": list(imports.files),
        "duration_s": imports.duration_s,
        "site": list(imports.site),
        "why_cold": imports.why_cold,
        "updates": imports.updates,
    }


def from_data(data: Mapping[str, Any]) -> Imports:
    """As it was kept.

    Raises:
        KeyError, TypeError, ValueError: It is something else.
    """
    modules, files = tuple(map(str, data["modules"])), tuple(map(str, data["files"]))
    if len(modules) != len(files):
        raise ValueError(files)
    site, why_cold = tuple(map(str, data["site"])), str(data["why_cold"])
    return Imports(modules, files, float(data["duration_s"]), site, why_cold, int(data["updates"]))


def _may_be_shared(name: str, file: str, note: ImportNote, work_folder: str) -> bool:
    top = name.partition(".")[0]
    if name in _PER_PROCESS or top.startswith("__editable__") or _is_below(file, (work_folder,)):
        return False
    return top in OURS or _is_below(file, (*note.site, *note.library))


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def _top_of(name: str, file: str) -> str:
    """Where the package lies that a module is of; of a module that is in none its file."""
    parts, path = name.split("."), Path(file)
    place = path.parent if path.stem == "__init__" else path
    for _ in parts[1:]:
        place = place.parent
    return str(place if place.name.partition(".")[0] == parts[0] else path)


def _why_never(note: ImportNote) -> str:
    if note.gpu:
        return "its script uses a GPU"
    if note.changed:
        return f"its script sets {', '.join(note.changed[:3])} itself, which libraries read when they are loaded"
    if note.hidden:
        return f"its folder has a module of the same name as a library: {', '.join(note.hidden[:3])}; rename it"
    return ""


def _is_below(file: str, folders: Sequence[str]) -> bool:
    return file.startswith(tuple(folder.rstrip(os.sep) + os.sep for folder in folders if folder))


def _stamp(file: str) -> list[int] | None:
    try:
        state = os.stat(file)  # noqa: PTH116 - thousands of them, each time
    except OSError:
        return None
    return [state.st_mtime_ns, state.st_size]
