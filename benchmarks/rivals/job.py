"""What a contender is asked to do: read by each of them from the file that is its only argument."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """Run a script as that many trials, with ``--x`` drawn at random from 0 to 1."""

    script: str
    trials: int
    concurrent: int
    folder: str
    """Where the contender may keep things; empty at the start."""
    stop_below: float | None = None
    """A trial that reports an ``acc`` below it is to be stopped; None for no early stop."""
    libraries: tuple[str, ...] = ()
    """What the script imports besides the standard library: for who imports it once."""

    def write(self, path: Path) -> None:
        """For ``read``."""
        path.write_text(json.dumps(vars(self)), encoding="utf-8")

    @classmethod
    def read(cls) -> Job:
        """The one that was asked for."""
        data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        return cls(**{**data, "libraries": tuple(data["libraries"])})
