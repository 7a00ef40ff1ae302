"""The files below a folder, with their sizes and times."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

Keep = Callable[[str, bool], bool]
"""Whether to take a path (below the folder, forward slashes), given whether it is a folder."""


class FoundFile(NamedTuple):
    """A regular file below a folder. There are thousands: a tuple is made in a third of the time of a record."""

    path: str
    """Below the folder, with forward slashes."""
    full_path: str
    """Text, for a path object for each of thousands of unchanged files would cost more than looking at them."""
    stat: os.stat_result

    @property
    def place(self) -> Path:
        """Where it lies."""
        return Path(self.full_path)


def walk_files(folder: Path, keep: Keep, folders: list[FoundFile] | None = None) -> Iterator[FoundFile]:
    """Regular files below ``folder``, in no particular order. Folders that are not kept are not entered.

    Symbolic links are followed, to files and to folders, except to a folder that the link lies in (a loop). Left out:
    links to nothing, sockets, pipes, devices, and files that vanish meanwhile.

    Args:
        folder: The top.
        keep: What is taken.
        folders: Told each folder that is entered, the top first, as it was before; its path ends with a slash.

    Raises:
        OSError: A folder cannot be read.
    """
    top = folder.stat()
    entered = [] if folders is None else folders
    entered.append(FoundFile("/", str(folder), top))
    yield from _walk(str(folder), "", keep, ((top.st_dev, top.st_ino),), entered)


def files_and_empty_folders(folder: Path) -> list[tuple[str, Path]]:
    """The files that ``walk_files`` finds and the folders with nothing in them: each path below ``folder``, and place.

    Raises:
        OSError: A folder cannot be read.
    """
    folders: list[FoundFile] = []
    files = list(walk_files(folder, lambda _path, _is_folder: True, folders))
    above = {found.path.rstrip("/").rpartition("/")[0] for found in (*files, *folders[1:])}
    empty = [found for found in folders[1:] if found.path.rstrip("/") not in above]
    return sorted((found.path.rstrip("/"), found.place) for found in (*files, *empty))


def _walk(
    folder: str, below: str, keep: Keep, above: tuple[tuple[int, int], ...], entered: list[FoundFile]
) -> Iterator[FoundFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            found = _stat(entry)
            if found is None:
                continue
            path = f"{below}{entry.name}"
            if stat.S_ISDIR(found.st_mode):
                identity = (found.st_dev, found.st_ino)
                if identity not in above and keep(path, True):
                    entered.append(FoundFile(f"{path}/", entry.path, found))
                    yield from _walk(entry.path, f"{path}/", keep, (*above, identity), entered)
            elif stat.S_ISREG(found.st_mode) and keep(path, False):
                yield FoundFile(path, entry.path, found)


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    """The status of what the entry leads to; None when it leads nowhere. A full stat: Windows' entries lack inodes."""
    try:
        return os.stat(entry.path)  # noqa: PTH116 - entries are many, paths are dear
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        if entry.is_symlink():
            return None
        raise
