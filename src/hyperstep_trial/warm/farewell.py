"""The end of a child: the interpreter's own, less the freeing of libraries that it has in common with its siblings.

When a Python ends it takes all modules apart and frees all objects. In a child that writes to nearly every page which
it shares with the server, for nothing: measured with scikit-learn and pandas it cost 85 ms of CPU time, and 17 ms as it
is done here. The script's own modules are taken apart as ever: files are closed, ``__del__`` methods are called. Where
a library holds on to a function of theirs, say, they would stay whole with it: what they have is let go then.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from _thread import _count as count_threads
from _weakref import ref
from types import FunctionType, ModuleType

from hyperstep_trial.warm.c_calls import c_flush, dict_swap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_OF_PYTHON = frozenset({"sys", "builtins", "__main__", "__mp_main__"})
_STAY = (FunctionType, type, ModuleType)
"""What a ``__del__`` method may need."""
_WRITERS = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
_EXIT_FLUSH_FAILED = 120


class Farewell:
    """Called when the interpreter ends, after the script's own ``atexit`` functions."""

    def __init__(self) -> None:
        self._kept: dict[str, ModuleType] = {}
        self._newest_kept = ""
        self._never_freed: list[object] = [self]
        self._never_freed.append(self._never_freed)
        self._flush_c: Callable[[], object] | None = None
        self._swap: Callable[[dict[str, ModuleType], dict[str, ModuleType]], object] | None = None

    def keep_loaded_modules(self) -> None:
        """All that are loaded now stay whole to the very end of each child."""
        self._flush_c = c_flush()
        self._swap = dict_swap()
        self._kept = {name: module for name, module in sys.modules.items() if name not in _OF_PYTHON}
        self._newest_kept = next(reversed(sys.modules))

    def begin(self) -> None:
        """Hide the libraries from the interpreter, which takes apart what it still finds."""
        main = sys.modules.get("__main__")
        if not self._kept or main is None:
            return
        # Python removes __file__ when the script is through, but not when SystemExit ends it: then the code is unknown.
        ended_by_itself = "__name__" in main.__dict__ and "__file__" not in main.__dict__
        self._hide()
        succeeded = ended_by_itself and not hasattr(sys, "last_value") and self._flush_c is not None
        own = [module for name, module in sys.modules.items() if name not in {"sys", "builtins"}]
        spaces = [_Space(module.__dict__) for module in own if type(module) is ModuleType]  # anything may stand there
        sys._hyperstep_last = _Last(spaces, self._flush_c if succeeded else None)  # type: ignore[attr-defined]  # noqa: SLF001

    def _hide(self) -> None:
        own = {name: sys.modules[name] for name in _OF_PYTHON if name in sys.modules}
        for name in reversed(sys.modules):  # from the newest on, so that those of the server are not even touched
            if name == self._newest_kept:
                break
            if name not in self._kept:
                own[name] = sys.modules[name]
        own = dict(reversed(own.items()))
        if self._swap is not None:
            names = list(own)
            self._swap(sys.modules, own)
            for name in names:
                del own[name]  # what is not hidden is not held either
            self._never_freed.append(own)
            return
        for name in [name for name in sys.modules if name not in own]:
            del sys.modules[name]


class _Sign:
    """Lives as long as the namespace that it is in."""

    def __init__(self, names: dict[str, object]) -> None:
        self.names = names


class _Space:
    """The namespace of a module, not held by us."""

    def __init__(self, names: dict[str, object]) -> None:
        sign = _Sign(names)
        names["__hyperstep_sign__"] = sign
        self._sign = ref(sign)

    def let_go(self) -> bool:
        """Drop what is in it, but for what a ``__del__`` method may need; returns whether it was still there."""
        sign = self._sign()
        if sign is None:
            return False
        names = sign.names
        for name in list(names):
            if not isinstance(names[name], _STAY):
                del names[name]
        return True


class _Last:
    """What ``sys`` lets go when all modules of the script are gone.

    Args:
        spaces: Of these modules.
        flush_c: Writes what C has buffered; None when the interpreter is to end by itself.
    """

    def __init__(self, spaces: list[_Space], flush_c: Callable[[], object] | None) -> None:
        self._spaces = spaces
        self._flush_c = flush_c
        self._streams = (sys.stdout, sys.stderr)
        self._exit = os._exit
        self._objects = gc.get_objects
        self._collect = gc.collect

    def __del__(self) -> None:
        if not count_threads():  # a thread would hold them, and keep all that is in them, cold too
            held = [space for space in self._spaces if space.let_go()]
            if held:
                self._collect()
        code = 0
        for stream in self._streams:
            if not _flushes(stream):
                code = _EXIT_FLUSH_FAILED
        for each in self._objects():
            if isinstance(each, _WRITERS):
                _flushes(each)  # one that a library which is not taken apart holds on to
        if self._flush_c is not None:
            self._flush_c()
            self._exit(code)


def _flushes(stream: object) -> bool:
    try:
        if not stream.closed and stream.writable():  # type: ignore[attr-defined]
            stream.flush()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - whatever a user has put there
        return False
    return True
