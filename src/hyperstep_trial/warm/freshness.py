"""What a process has for itself and would share with its siblings after a fork: chance, keys, clocks, folders."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def freshen() -> None:
    """New chance for each generator that a library made when it was imported, and what else is one process's own."""
    for name, act in _ACTS:
        module = sys.modules.get(name)
        if module is not None:
            act(module)


def freshen_start() -> None:
    """What libraries noted of the moment and the folder in which the process was started."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.ORIGINAL_DIR = os.path.abspath(os.getcwd())  # type: ignore[attr-defined]  # noqa: PTH100, PTH109
    logging = sys.modules.get("logging")
    if logging is not None:
        _start_clock(logging)


def _seed_random(module: ModuleType) -> None:
    module.seed()


def _seed_numpy(module: ModuleType) -> None:
    module.seed()


def _seed_torch(module: ModuleType) -> None:
    module.default_generator.seed()


def _renew_key(module: ModuleType) -> None:
    current = module.current_process()
    current.authkey = os.urandom(32)


def _tell_thread(module: ModuleType) -> None:
    """Up to Python 3.12 the main thread keeps the system's id of the server's."""
    main = module.main_thread()
    if hasattr(main, "_set_native_id"):
        main._set_native_id()  # noqa: SLF001


def _forget_folder(module: ModuleType) -> None:
    module.tempdir = None  # type: ignore[attr-defined]


def _start_clock(module: ModuleType) -> None:
    """Since when ``relativeCreated`` counts; nanoseconds from Python 3.13 on."""
    import time  # noqa: PLC0415 - loaded by logging

    counts_nanoseconds = isinstance(module._startTime, int)  # noqa: SLF001
    module._startTime = time.time_ns() if counts_nanoseconds else time.time()  # type: ignore[attr-defined]  # noqa: SLF001


_ACTS = (
    ("random", _seed_random),
    ("numpy.random.mtrand", _seed_numpy),
    ("torch", _seed_torch),
    ("multiprocessing.process", _renew_key),
    ("tempfile", _forget_folder),
    ("threading", _tell_thread),
)
