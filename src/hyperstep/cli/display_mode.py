"""How a command that watches runs shows them: what `--quiet` and `--plain` say."""

from __future__ import annotations

from typing import NamedTuple


class DisplayMode(NamedTuple):
    """What the user wants to see on standard error."""

    quiet: bool
    """Nothing of ours."""
    plain: bool
    """Lines, on a terminal too."""
