"""A home that looks like another one and leaves it as it is: what `hyperstep plan` lets a script run against.

The index is a copy, journals are copied when they are opened, objects are read through, and files in datastores are
links that are replaced, not written through, by whatever is stored.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hyperstep.artifact_store.web_files import FOLDER as WEB_FILES
from hyperstep.errors import StoreError
from hyperstep.run_store import copy_index
from hyperstep.settings import FILE_NAME

OVERLAY_VARIABLE = "HYPERSTEP_OVERLAY_OF"
"""The home that the one in use looks like."""

_LINKED = (
    FILE_NAME,
    "environments",
    "cache/digests",
    "cache/listings",
    "cache/imports",
    "cache/outside-code",
    "cache/step-records",
)
_COPIED = ("secrets",)
LINKED = "linked"
"""Where the look-alikes of folders lie that links in datastores lead to."""
_PREFIX = "hyperstep-plan-"
_LOCK = "plan.lock"
"""Held as long as the plan is made."""
_GRACE_S = 60.0


@contextmanager
def overlay_of(home: Path) -> Iterator[Path]:
    """A temporary home that looks like ``home``, removed when the block ends; those of plans that were killed go first.

    Raises:
        StoreError: There is no room for it.
    """
    import shutil  # noqa: PLC0415 - every home knows this module, few are overlays
    import tempfile  # noqa: PLC0415

    from hyperstep.file_lock import locked  # noqa: PLC0415

    _remove_abandoned(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with locked(folder / _LOCK):
            try:
                _fill(home, folder)
            except OSError as error:
                rule = f"A plan needs room for a copy of the index: {error.strerror}."
                raise StoreError(rule, received=str(folder), remedy="Set TMPDIR to another folder.") from error
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(temporary: Path) -> None:
    """Remove what plans left that were killed. One that was made just now may not be locked yet."""
    import shutil  # noqa: PLC0415 - as above
    import time  # noqa: PLC0415

    from hyperstep.file_lock import locked  # noqa: PLC0415

    for folder in temporary.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # somebody else's, or somebody else removes it
            if (folder / _LOCK).stat().st_mtime + _GRACE_S < time.time():
                with locked(folder / _LOCK) as is_abandoned:
                    if is_abandoned:
                        shutil.rmtree(folder, ignore_errors=True)


def base_of(home: Path) -> Path | None:
    """The home that ``home`` is an overlay of; None for an ordinary one."""
    base = os.environ.get(OVERLAY_VARIABLE)
    return Path(base) if base and Path(base) != home else None


def link_below(source: Path, target: Path, linked: Path) -> None:
    """Make each file below ``source`` a link at its place below ``target``, once.

    A link to a folder stays one, so that who does not follow links finds no more there: it leads to a folder of links
    below ``linked``, or to the place within ``target``, and never to where something could be written through.
    """
    if target.exists() or not source.is_dir():
        return
    made = target.with_name(f"{target.name}.{os.getpid()}.part")
    _link_files(source.resolve(), made, linked, {source.resolve(): target})
    made.rename(target)


def _link_files(source: Path, made: Path, linked: Path, known: dict[Path, Path]) -> None:
    """Fill a folder of links; ``known``: where the look-alikes of folders are, or will be."""
    for folder, folders, files in os.walk(source):
        place = made / Path(folder).relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        for name in files:
            (place / name).symlink_to(Path(folder) / name)
        apart = [name for name in folders if (below := Path(folder, name)).is_symlink() or below in known]
        for name in apart:
            (place / name).symlink_to(_look_alike_of(Path(folder, name).resolve(), linked, known))
        folders[:] = [name for name in folders if name not in apart]


def _look_alike_of(folder: Path, linked: Path, known: dict[Path, Path]) -> Path:
    """A folder of links that stands for one that a link leads to."""
    for root, look_alike in known.items():
        if folder.is_relative_to(root):
            return look_alike / folder.relative_to(root)
    import tempfile  # noqa: PLC0415 - as above

    linked.mkdir(parents=True, exist_ok=True)
    known[folder] = Path(tempfile.mkdtemp(dir=linked))
    _link_files(folder, known[folder], linked, known)
    return known[folder]


def _fill(home: Path, folder: Path) -> None:
    copy_index(home, folder)
    for name in _LINKED:
        source, target = home / name, folder / name
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            for entry in source.iterdir():
                (target / entry.name).symlink_to(entry)
        elif source.exists():
            target.symlink_to(source)
    link_below(home / WEB_FILES, folder / WEB_FILES, folder / LINKED)
    import shutil  # noqa: PLC0415 - as above

    for name in _COPIED:
        if (home / name).is_dir():
            shutil.copytree(home / name, folder / name)
