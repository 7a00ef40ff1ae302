"""A child that only looks whether a script would find all as it should: on a Python that we do not know it may not."""

from __future__ import annotations

from hyperstep_trial.warm.main_script import Script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PROBE_IS_WELL = 86

_LOOK = """
import os, sys
well = (
    __name__ == "__main__" and __file__ == "/probe/script.py" and __spec__ is None and sys.path[0] == "/probe"
    and sys._getframe().f_back is None and type(__loader__).__name__ == "SourceFileLoader"
    and not os.path.exists("/proc/self/fd/{number}") and sys.modules["__main__"].__dict__ is globals()
)
os._exit({code} if well else 87)
"""


def become_probe(number: int, hook: Callable[[str], object] | None) -> None:
    """Have this process run the probe as its script."""
    source = _LOOK.format(number=number, code=PROBE_IS_WELL)
    if getattr(__import__("sys").flags, "safe_path", False):
        source = source.replace('sys.path[0] == "/probe"', "True")
    Script(compile(source, "/probe/script.py", "exec", dont_inherit=True), "/probe/script.py", "/probe").arrange(
        number, hook
    )
