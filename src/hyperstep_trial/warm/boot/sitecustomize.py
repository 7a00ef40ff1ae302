"""Makes this Python a warm server, then gives way to the next sitecustomize. Started by the trial host only."""

# found by its name on PYTHONPATH, before anything else is loaded:
# ruff: noqa: INP001, PTH100, PTH120

import os
import sys


def _install() -> None:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    bare = frozenset(sys.modules)
    sys.path.insert(0, root)
    try:
        from hyperstep_trial.warm.hook import install  # noqa: PLC0415
    finally:
        sys.path.remove(root)
        for name in set(sys.modules) - bare:
            if name.partition(".")[0] == "hyperstep_trial":
                del sys.modules[name]
    os.environ.pop("HYPERSTEP_WARM_ROOM", None)  # no library is to see it; the children write there
    install(int(os.environ.pop("HYPERSTEP_WARM_SOCKET")), bare)


def _give_way() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    own = sys.modules.pop("sitecustomize")
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = own


_install()
_give_way()
