"""Which files of a source folder are left out: ``.amlignore``, else ``.gitignore``, in git's syntax."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from hyperstep.digest import digest_json
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".amlignore", ".gitignore")
"""The first that exists in the folder itself counts, alone; files in folders above or below never do."""

ALWAYS_IGNORED = frozenset({".git", "__pycache__"})
"""Folder names that are left out at any depth; no pattern brings them back."""


class IgnoreRules(Struct, frozen=True, dict=True):
    """The rules of one folder. Patterns are compiled when a path must be matched."""

    place: Path
    """The ignore file that was read, or the one to make."""
    text: str = ""
    digest: str = ""
    """Of that file's name and text; empty when there is none."""

    @property
    def file(self) -> str:
        """Name of the ignore file."""
        return self.place.name

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether the file or folder at ``path`` (below the folder, forward slashes) is left out.

        Raises:
            InvalidInputError: A line of the file is no pattern.
        """
        if is_folder and path.rpartition("/")[2] in ALWAYS_IGNORED:
            return True
        return bool(self.text) and self._spec.match_file(f"{path}/" if is_folder else path)

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - costs more than a look at an unchanged folder

        try:
            return GitIgnoreSpec.from_lines(self.text.split("\n"))
        except ValueError as error:
            raise _unusable(self.place, error) from error


def read_ignore_rules(folder: Path) -> IgnoreRules:
    """The rules that hold in a source folder.

    Raises:
        InvalidInputError: The ignore file cannot be read.
    """
    for name in IGNORE_FILES:
        if (folder / name).is_file():
            text = _read(folder / name)
            return IgnoreRules(folder / name, text, digest_json([name, text]))
    return IgnoreRules(folder / IGNORE_FILES[0])


def ignore_line(path: str) -> str:
    """The line that leaves out exactly the file (or, with a slash at its end, the folder) at ``path``."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", path)
    escaped = re.sub(r"[\n\r]", "?", escaped)  # a line has no end of a line in it
    return "/" + re.sub(r"(\s)$", r"[\1]", escaped)  # a space at the end would not count


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise _unusable(file, error) from error


def _unusable(file: Path, error: Exception) -> InvalidInputError:
    rule = f"An ignore file must be readable UTF-8 text with one pattern a line: {error}."
    return InvalidInputError(rule, received=str(file))
