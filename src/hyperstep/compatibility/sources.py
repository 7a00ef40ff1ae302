"""Finds the code below a path: scripts, the cells of notebooks, and the scripts that notebooks write."""

from __future__ import annotations

import json
import re
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

_SUFFIXES = (".py", ".ipynb")
_SKIPPED_FOLDERS = {"__pycache__", "node_modules", "site-packages", "venv", "env"}
_MAGIC_LINE = re.compile(r"^(\s*)(?:[%!?].*|[^\s#'\"(]*\?{1,2}\s*)$")
_MAGIC_VALUE = re.compile(r"^(\s*[\w.,\s]+=\s*)[%!].*$")
_PYTHON_CELLS = {"%%time", "%%timeit", "%%capture", "%%prun"}
_WRITE_CELLS = {"%%writefile", "%%file"}


class Part(Struct, frozen=True):
    """Python code that was written as one piece: a file, or a cell.

    Attributes:
        code: The code; lines of a notebook's own language are blank.
        cell: Number of the notebook's cell, from 1, text cells counted; None for a file.
    """

    code: str
    cell: int | None = None


_OUR_COPY = ".executed.ipynb"
"""What `hyperstep run` writes beside a notebook: it says nothing that the notebook does not."""


class Unit(Struct, frozen=True):
    """Parts that share their names: a file, or the cells of a notebook.

    Attributes:
        path: The file.
        parts: Its parts in order.
        unreadable: Why it could not be read, else empty.
    """

    path: Path
    parts: Sequence[Part]
    unreadable: str = ""


def units_below(path: Path) -> Iterator[Unit]:
    """The code of a file or of all files below a folder, in order of their names; hidden folders are left out.

    Raises:
        FileNotFoundError: The path is not there.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    for file in _files(path):
        yield from _units_of(file)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.name.startswith(".") or entry.name in _SKIPPED_FOLDERS:
            continue
        if entry.is_dir() and not entry.is_symlink() and not (entry / "pyvenv.cfg").exists():
            yield from _files(entry)
        elif entry.suffix in _SUFFIXES and entry.is_file() and not entry.name.endswith(_OUR_COPY):
            yield entry


def _units_of(file: Path) -> Iterator[Unit]:
    try:
        if file.suffix == ".ipynb":
            yield from _notebook(file, json.loads(file.read_text(encoding="utf-8")))
        else:
            with tokenize.open(file) as opened:
                yield Unit(file, [Part(opened.read())])
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, AttributeError) as error:
        yield Unit(file, [], unreadable=f"{type(error).__name__}: {error}")


def _notebook(file: Path, document: dict[str, list[dict[str, object]]]) -> Iterator[Unit]:
    parts = []
    for number, cell in enumerate(document["cells"], start=1):
        if cell.get("cell_type") != "code":
            continue
        code = _text(cell["source"])
        first, _, rest = code.partition("\n")
        magic = first.split()[0] if first.startswith("%%") else ""
        if magic in _WRITE_CELLS:
            if first.rstrip().endswith(".py"):
                yield Unit(file, [Part(f"\n{rest}", number)])
        elif magic in _PYTHON_CELLS:
            parts.append(Part(_without_magics(f"\n{rest}"), number))
        elif not magic:
            parts.append(Part(_without_magics(code), number))
    yield Unit(file, parts)


def _text(source: object) -> str:
    return source if isinstance(source, str) else "".join(source)  # type: ignore[arg-type]


def _without_magics(code: str) -> str:
    return "\n".join(_without_magic(line) for line in code.split("\n"))


def _without_magic(line: str) -> str:
    value = _MAGIC_VALUE.match(line)
    if value:
        return f"{value[1]}None"
    magic = _MAGIC_LINE.match(line)
    return f"{magic[1]}pass" if magic and line.strip() else line
