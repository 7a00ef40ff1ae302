"""A runner whose machine's clock is set, again and again: by SECONDS at every look, forward or back.

Usage: python jumping_clock.py HOME ROOT_ID SECONDS
"""

from __future__ import annotations

import itertools
import sys
import time

from hyperstep.runtime.runner import __main__ as runner


def main(home: str, root_id: str, jump_s: float) -> int:
    true, jumps = time.time, itertools.count(1)
    time.time = lambda: true() + jump_s * next(jumps)
    return runner.main(home, root_id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
