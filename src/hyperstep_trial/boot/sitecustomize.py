"""Makes ``azureml`` importable in a process that hyperstep started, then gives way to the user's sitecustomize.

It also runs in other Pythons that a script starts, old ones and such without hyperstep: so plain syntax, and silence.
"""

# found by its name on PYTHONPATH; loads as little as it can:
# ruff: noqa: INP001, PLC0415, PTH100, PTH120

import os
import sys


def _install() -> None:
    shim_path = os.environ.get("HYPERSTEP_SHIM_PATH")
    if not shim_path:
        return
    try:
        from hyperstep_trial.finder import install
    except (ImportError, SyntaxError):  # another Python, where hyperstep is not installed
        return
    install(shim_path, at_start=True)


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


def _note_imports() -> None:
    if "HYPERSTEP_NOTE_IMPORTS" not in os.environ:
        return
    try:
        from hyperstep_trial.import_note import note_at_exit
    except (ImportError, SyntaxError):
        return
    note_at_exit()


_install()
_note_imports()
_give_way()
