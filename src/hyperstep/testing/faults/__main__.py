"""Entry of ``python -m hyperstep.testing.faults``."""

from __future__ import annotations

import sys

from hyperstep.testing.faults.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
