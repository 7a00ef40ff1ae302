"""How earlier results may be taken over: what a submission fixes from settings and options."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

EVERY_STEP = "*"
"""Stands for all steps where steps are named."""

HASH_LIMIT_BYTES = 1 << 30
"""Files above this size count by size and times until they have been read, unless a setting says otherwise."""


class DatasetReuse(Enum):
    """What of a dataset counts."""

    CONTENT = "content"
    """The files that it stands for."""
    DEFINITION = "definition"
    """Its paths and its meaning, whatever the files hold: v1's rule."""


class ReuseRules(Struct, frozen=True):
    """The rules of one submission."""

    datasets: DatasetReuse = DatasetReuse.CONTENT
    """For steps that do not say otherwise themselves."""
    packages_count: bool = False
    """Whether the interpreter and the versions of imported packages are part of the fingerprint."""
    max_age_s: float | None = None
    """Older runs are no sources; None for no bound."""
    hash_limit_bytes: int = HASH_LIMIT_BYTES
    """Larger files of data count by size, times and inode until they have been read."""
    verify: bool = False
    """Read all files again instead of believing their sizes and times."""
    without: tuple[str, ...] = ()
    """Names of steps that run whatever there is; ``*`` for all."""

    trials: bool = True
    """Whether a finished trial may stand for an equal one of another sweep; v1's rule is that it may not."""
    new_seed: bool = False
    """Sweeps without a seed draw one, instead of taking that of the newest equal sweep; such steps run."""

    def excludes(self, step_name: str) -> bool:
        """Whether a step is to run whatever there is."""
        return EVERY_STEP in self.without or step_name in self.without
