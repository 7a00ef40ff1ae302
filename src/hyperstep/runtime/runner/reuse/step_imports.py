"""Which packages a step's code imports, as far as its files say: statements anywhere in them, and calls with a literal.

A regular expression finds every import statement, and what looks like one in a text or a comment: a statement begins
with a line, or after ``;`` or ``:``. A file is parsed only where that leaves a doubt that another file has not settled.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from hyperstep.artifact_store.snapshot import Snapshot, SnapshotFile
from hyperstep.errors import NotFoundError
from hyperstep.runtime.home import Home

_FORMAT = 2
"""Counts up when more is found than before, so that old answers are not believed."""
_STATEMENT = re.compile(
    rb"(?:^|[;:])[ \t\f]*(?:import[ \t\f]+([^;#\n]+)|from[ \t\f]+([^;#\n]+?)[ \t\f]+import\b)", re.MULTILINE
)
_CALLS = ("import_module", "__import__")
_CALL_OF_LITERAL = re.compile(rb"(?:import_module|__import__)\s*\(\s*[\"']([\w.]+)[\"']")
_LINE_GOES_ON = re.compile(rb"\\(?:\r\n|\r|\n)")


class Imports(Struct, frozen=True):
    """The top-level names that code imports, but for the standard library's."""

    others: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Those that modules of the code itself have. An installed package may be meant all the same: it depends on the
    folder that the script lies in, and on whether the module's folder has an ``__init__.py``."""


class _Kept(Struct):
    """The cache file of a snapshot."""

    format: int
    imports: Imports


def find_imports(home: Home, snapshot: Snapshot) -> Imports:
    """What the code imports; kept by content.

    Args:
        home: Keeps the code.
        snapshot: The code.
    """
    kept = home.path / "cache" / "imports" / f"{snapshot.digest}.json"
    with suppress(OSError, msgspec.DecodeError):
        known = msgspec.json.decode(kept.read_bytes(), type=_Kept)
        if known.format == _FORMAT:
            return known.imports
    files = [file for file in snapshot.files if file.path.endswith(".py")]
    own = {PurePosixPath(file.path).parts[0].removesuffix(".py") for file in files}
    sources = [source for file in files if (source := _source(home, file)) is not None]
    names = imported_names(sources, own) - sys.stdlib_module_names
    imports = Imports(tuple(sorted(names - own)), tuple(sorted(names & own)))
    if len(sources) == len(files):
        _keep(kept, imports)
    return imports


def imported_names(sources: Iterable[bytes], own: Collection[str] = ()) -> set[str]:
    """The top-level names that some files import.

    Args:
        sources: The content of each.
        own: Names of which it does not matter whether they are only mentioned.
    """
    settled, found = {*own, *sys.stdlib_module_names}, set[str]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the user's texts may hold escapes that are none
        for source in sources:
            written = _names_written(source)
            in_doubt = bool(written - settled - found) or _may_call(source)
            exact = _names_parsed(source) if in_doubt else None
            found |= written if exact is None else exact
    return found


def _names_written(source: bytes) -> set[str]:
    """The names in what looks like an import."""
    text = _LINE_GOES_ON.sub(b" ", source.removeprefix(b"\xef\xbb\xbf")).replace(b"\r", b"\n")
    lines = b"\n".join(line for line in text.split(b"\n") if b"import" in line)  # few: patterns take their time
    several = (name for names, single in _STATEMENT.findall(lines) for name in (names or single).split(b","))
    called = _CALL_OF_LITERAL.findall(text) if _may_call(source) else ()
    words = (name.split(maxsplit=1)[0] for name in (*several, *called) if name.strip())
    names = {word.partition(b".")[0].decode("utf-8", "replace") for word in words}
    return {name for name in names if name.isidentifier()}


def _may_call(source: bytes) -> bool:
    return any(name.encode() in source for name in _CALLS)


def _names_parsed(source: bytes) -> set[str] | None:
    """The names that are imported; None for what this interpreter cannot parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {name.partition(".")[0] for node in ast.walk(tree) for name in _names_of(node)} - {""}


def _names_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=str(module), level=0):
            yield module
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _CALLS:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _source(home: Home, file: SnapshotFile) -> bytes | None:
    try:
        return home.artifacts.read_bytes(file.digest)
    except NotFoundError:
        return None


def _keep(kept: Path, imports: Imports) -> None:
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(msgspec.json.encode(_Kept(_FORMAT, imports)))
