"""What to say when a source folder is larger than a snapshot may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hyperstep.artifact_store.ignore import ignore_line
from hyperstep.artifact_store.walk import FoundFile
from hyperstep.errors import InvalidInputError

_SHOWN = 10
_MB = 1024 * 1024


def too_large(folder: Path, files: Sequence[FoundFile], max_bytes: int, ignore_file: str) -> InvalidInputError:
    """The files hold more bytes than allowed."""
    total = sum(file.stat.st_size for file in files)
    rule = (
        f"A source folder may hold {max_bytes / _MB:g} MB, and this one holds {total / _MB:,.1f} MB. Each of its files "
        "is copied for each run."
    )
    remedy = (
        f"Keep data outside of it, or add lines to {ignore_file} in the folder. The largest files:\n"
        f"{_largest(files)}\n"
        "The limit is `max_mb` in the [snapshot] table of hyperstep.toml."
    )
    return InvalidInputError(rule, received=str(folder), remedy=remedy)


def too_many(
    folder: Path, files: Sequence[FoundFile], max_files: int, ignore_file: str, *, complete: bool
) -> InvalidInputError:
    """There are more files than allowed; ``complete`` tells whether all of them were looked at."""
    count = f"{len(files):,}" if complete else f"more than {len(files):,}"
    rule = f"A source folder may hold {max_files:,} files, and this one holds {count}."
    remedy = (
        f"Keep data outside of it, or add lines to {ignore_file} in the folder. The folders with the most files:\n"
        f"{_fullest(files)}\n"
        f"The largest files:\n{_largest(files)}\n"
        "The limit is `max_files` in the [snapshot] table of hyperstep.toml; AML_SNAPSHOT_NO_FILE_LIMIT=1 lifts it."
    )
    return InvalidInputError(rule, received=str(folder), remedy=remedy)


def _largest(files: Sequence[FoundFile]) -> str:
    largest = sorted(files, key=lambda file: (-file.stat.st_size, file.path))[:_SHOWN]
    return "\n".join(f"  {file.stat.st_size / _MB:10,.2f} MB  add: {ignore_line(file.path)}" for file in largest)


def _fullest(files: Sequence[FoundFile]) -> str:
    counts = Counter(file.path.rpartition("/")[0] for file in files)
    del counts[""]
    lines = [f"  {count:10,} files  add: {ignore_line(path + '/')}" for path, count in counts.most_common(_SHOWN)]
    return "\n".join(lines) or "  (all lie in the folder itself)"
