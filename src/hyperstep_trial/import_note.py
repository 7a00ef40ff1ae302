"""Notes at the end of a process which modules it has loaded, so that a warm server can load them beforehand.

Loaded by the boot folder's ``sitecustomize`` only in a process whose environment asks for the note. What is written is
one JSON object: ``site`` and ``library``, the folders of installed distributions and of the standard library;
``modules``, pairs of name and file in the order of loading; ``hidden``, names of the user's modules that a module of
these folders has too; ``gpu``, whether the process has used one; ``changed``, names of the variables that libraries
read when they are loaded and that are not as they were at the start.
"""

# pathlib costs milliseconds, which a trial would pay:
# ruff: noqa: PTH100, PTH110, PTH118, PTH120, PTH123, PTH105

from __future__ import annotations

import os
import sys

NOTE_VARIABLE = "HYPERSTEP_NOTE_IMPORTS"
"""Names the file to write."""

_NOT_IMPORTED = frozenset({"__main__", "__mp_main__", "sitecustomize", "usercustomize"})
_GPU_MARKS = ("libcuda.so", "/dev/nvidia", "libamdhip64", "/dev/kfd")
"""In the memory map of a process that has opened a GPU."""
_READ_AT_LOAD = ("OMP_", "GOMP_", "OPENBLAS_", "MKL_", "BLIS_", "VECLIB_", "NUMEXPR_", "NUMBA_", "JAX_", "XLA_", "HF_")
_READ_AT_LOAD_NAMES = frozenset({"KERAS_BACKEND", "MPLBACKEND", "PYTORCH_JIT"})
"""With the prefixes above: what libraries read when they are loaded, so that a script sets it before it imports them.

No variable that they set themselves then: scikit-learn sets ``KMP_…``, torch ``TORCHINDUCTOR_…``, tensorflow ``TF2_…``.
"""


def note_at_exit(newest_known: str = "") -> None:
    """When the environment asks for it, write the note as the last thing that this process does.

    The variable is taken away: processes that this one starts write none, nor does a fork of it.

    Args:
        newest_known: The newest module of those that need not be noted, for they were loaded beforehand. A set of all
            their names would touch each, and in a fork of a process with 1,600 modules that alone took 7 ms.
    """
    file = os.environ.pop(NOTE_VARIABLE, "")
    if not file:
        return
    import atexit  # noqa: PLC0415 - built in

    atexit.register(_write, os.path.abspath(file), newest_known, os.getpid(), _read_at_load())


def _write(file: str, newest_known: str, pid: int, told: dict[str, str]) -> None:
    if os.getpid() != pid:
        return
    modules = [(name, path) for name, path in _loaded_after(newest_known) if name not in _NOT_IMPORTED]
    now = _read_at_load()
    changed = sorted(name for name in told | now if told.get(name) != now.get(name))
    if newest_known and not modules and not changed:
        return
    try:
        import json  # noqa: PLC0415 - whoever is asked pays for it, and mostly has it

        text = json.dumps({**_note(modules), "changed": changed})
        temporary = f"{file}.{pid}.part"
        with open(temporary, "w", encoding="ascii") as stream:
            stream.write(text)
        os.replace(temporary, file)
    except (ImportError, OSError, ValueError):  # the script has done its work: nothing is to be said in its log
        return


def _note(modules: list[tuple[str, str]]) -> dict[str, object]:
    site, library = _site_folders(), [os.path.dirname(os.path.abspath(os.__file__))]
    installed = tuple(os.path.join(folder, "") for folder in (*site, *library))
    own = {name.partition(".")[0] for name, file in modules if not file.startswith(installed)}
    hidden = sorted(name for name in own if _is_installed(name, site))
    return {"site": site, "library": library, "modules": modules, "hidden": hidden, "gpu": _has_used_gpu()}


def _loaded_after(newest_known: str) -> list[tuple[str, str]]:
    """The modules that can be imported by their name, and have a file."""
    found = []
    for name in _names_after(newest_known):
        space = getattr(sys.modules.get(name), "__dict__", None)  # never by getattr: a lazy module would load more
        if not isinstance(space, dict):
            continue
        file, spec = space.get("__file__"), space.get("__spec__")
        if isinstance(file, str) and spec is not None and getattr(spec, "name", None) == name:
            found.append((name, os.path.abspath(file)))
    return found


def _names_after(newest_known: str) -> list[str]:
    """In the order of loading. None when that module is there no more: all others would seem to be new."""
    if newest_known and newest_known not in sys.modules:
        return []
    names: list[str] = []
    try:
        for name in reversed(sys.modules):
            if name == newest_known:
                break
            names.append(name)
    except RuntimeError:  # another thread imports just now
        return [] if newest_known else list(sys.modules)
    return names[::-1]


def _site_folders() -> list[str]:
    site = sys.modules.get("site")
    if site is None:  # python -S: nothing is installed
        return []
    folders = list(site.getsitepackages())
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    return [os.path.abspath(folder) for folder in folders]


def _is_installed(name: str, site: list[str]) -> bool:
    if name in {"azureml", "hyperstep", "hyperstep_trial"}:
        return False
    if name in sys.stdlib_module_names:
        return True
    return any(os.path.exists(os.path.join(folder, name + end)) for folder in site for end in ("", ".py"))


def _read_at_load() -> dict[str, str]:
    """Those of the environment that libraries read when they are loaded."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_READ_AT_LOAD) or name in _READ_AT_LOAD_NAMES
    }


def _has_used_gpu() -> bool:
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as stream:
            return any(mark in line for line in stream for mark in _GPU_MARKS)
    except OSError:
        return False
