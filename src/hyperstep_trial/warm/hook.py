"""Where Python is stopped before it opens the script: a path hook, which it asks about the script's path."""

from __future__ import annotations

import atexit
import sys

from hyperstep_trial.warm.farewell import Farewell
from hyperstep_trial.warm.server import Server


def install(number: int, bare: frozenset[str]) -> None:
    """Have the interpreter become a server when it comes to its script, ``/proc/self/fd/<number>``.

    Args:
        number: Descriptor of the socket to the trial host.
        bare: Names of the modules that every Python has loaded by now.
    """
    farewell = Farewell()
    atexit.register(farewell.begin)  # before all others, so that it is called after all others
    server = Server(number, bare, farewell)
    script_path = f"/proc/self/fd/{number}"

    def hook(path: str) -> object:
        if path == script_path:
            server.run()  # returns in the children only
        message = "not for this hook"
        raise ImportError(message)

    server.hook = hook
    sys.path_hooks.insert(0, hook)  # type: ignore[arg-type]
