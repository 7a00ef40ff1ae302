"""Having Python run a script as its own: it opens the path that it was started with, and finds the script, compiled."""

from __future__ import annotations

import importlib._bootstrap_external as loaders
import marshal
import os
import sys
from importlib.util import MAGIC_NUMBER
from types import CodeType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

_HEAD = MAGIC_NUMBER + bytes(12)
"""Of a compiled file that is checked against nothing."""


class Script:
    """What is to be ``__main__``.

    Args:
        code: The compiled script.
        path: Its ``__file__``.
        folder: The first entry of ``sys.path``.
    """

    def __init__(self, code: CodeType, path: str, folder: str) -> None:
        self._code = code
        self._path = path
        self._folder = folder

    @classmethod
    def of_file(cls, argument: str) -> Self:
        """The script that a command line names, from the current folder.

        Raises:
            OSError, SyntaxError, ValueError, …: It cannot be read or compiled.
        """
        path = argument if argument.startswith("/") else f"{os.getcwd()}/{argument}"  # noqa: PTH109
        with open(path, "rb") as stream:  # noqa: PTH123 - no pathlib
            source = stream.read()
        code = compile(source, path, "exec", dont_inherit=True)
        return cls(code, path, os.path.dirname(os.path.realpath(path)))  # noqa: PTH120

    def arrange(self, number: int, hook: Callable[[str], object] | None) -> None:
        """Put the script where Python will look for it, and be called once more when it has found it."""
        file = os.memfd_create("script")
        with open(file, "wb") as stream:  # noqa: PTH123
            stream.write(_HEAD + marshal.dumps(self._code))
            stream.flush()
            os.dup2(file, number, inheritable=False)
        _put_fresh_main()
        hooks = list(sys.path_hooks)
        sys.path_hooks[:] = [_decline] * len(hooks)  # type: ignore[list-item]  # none of them need look at our file
        found_by_python = loaders.SourcelessFileLoader

        def put_right(name: str, opened: str) -> object:
            """Called by Python, in that class's place, when it has opened the file: the last step before the script."""
            loaders.SourcelessFileLoader = found_by_python  # type: ignore[misc]
            os.close(number)
            sys.path_hooks[:] = [each for each in hooks if each is not hook]
            sys.path_importer_cache.pop(opened, None)
            sys.path_importer_cache[self._path] = None
            if not getattr(sys.flags, "safe_path", False):
                sys.path[0] = self._folder
            sys.modules["__main__"].__file__ = self._path
            return loaders.SourceFileLoader(name, self._path)

        loaders.SourcelessFileLoader = put_right  # type: ignore[misc, assignment]


def _decline(_path: str) -> object:
    raise ImportError


def _put_fresh_main() -> None:
    """A module that was not there when the collector was told to leave alone what was there."""
    old = sys.modules["__main__"]
    fresh = ModuleType("__main__")
    fresh.__dict__.clear()
    fresh.__dict__.update(old.__dict__)
    for name in ("__main__", "__mp_main__"):  # multiprocessing gives it the second name when it is imported
        if sys.modules.get(name) is old:
            sys.modules[name] = fresh
