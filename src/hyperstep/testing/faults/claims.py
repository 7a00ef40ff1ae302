"""The attempts that a home's trials have claimed, read while runners make folders and remove them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def claimed_folders(home: Path) -> Iterator[Path]:
    """The folder of each attempt that has been claimed; ``os.walk`` does not mind what goes away meanwhile."""
    for folder, inner, files in os.walk(home / "runs"):
        if "claim.json" in files:
            inner.clear()
            yield Path(folder)
