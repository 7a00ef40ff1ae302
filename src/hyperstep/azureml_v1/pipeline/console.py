"""What v1 prints to standard output, from this area."""

from __future__ import annotations

import sys


def say(text: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
