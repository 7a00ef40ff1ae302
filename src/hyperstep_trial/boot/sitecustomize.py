"""Makes ``azureml`` importable in a process that hyperstep started, then gives way to the user's sitecustomize.

It also runs in other Pythons that a script starts, old ones and such without hyperstep: so plain syntax, and silence.
A script that never imports ``azureml`` pays for this file alone: the finder is loaded at the first such import.
"""

# found by its name on PYTHONPATH; loads as little as it can:
# ruff: noqa: INP001, PLC0415, PTH100, PTH120

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Waiting:
    """Stands in front of all finders until somebody imports ``azureml``, and is replaced by ours then."""

    def find_spec(self, fullname: str, path: "Any" = None, target: "Any" = None) -> object:  # noqa: ANN401
        """Nothing, but for ``azureml``, which is always imported before what is below it."""
        if fullname != "azureml":
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not _waiting]
        _install()
        return sys.meta_path[0].find_spec(fullname, path, target)


_waiting: "Any" = _Waiting()


def _install() -> None:
    try:
        from hyperstep_trial.finder import install
    except (ImportError, SyntaxError):  # another Python, where hyperstep is not installed
        return
    install(os.environ["HYPERSTEP_SHIM_PATH"], at_start=True)


def _begin() -> None:
    if not os.environ.get("HYPERSTEP_SHIM_PATH"):
        return
    if any(name == "azureml" or name.startswith("azureml.") for name in sys.modules):  # a .pth file of an SDK did that
        _install()
    else:
        sys.meta_path.insert(0, _waiting)


def _note_imports() -> None:
    if "HYPERSTEP_NOTE_IMPORTS" not in os.environ:
        return
    try:
        from hyperstep_trial.import_note import note_at_exit
    except (ImportError, SyntaxError):
        return
    note_at_exit()


def _give_way() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here]
    own = sys.modules.pop("sitecustomize")
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = own


_begin()
_note_imports()
_give_way()
