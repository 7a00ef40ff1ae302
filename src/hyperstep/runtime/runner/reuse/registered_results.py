"""The models and datasets that a script registered: a result of it, which must be there for it to stand for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hyperstep.digest import Json
from hyperstep.errors import NotFoundError
from hyperstep.pipeline.reuse import Difference
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import RESULT, each_kept_read


def still_there(home: Home, workspace: str, reads: Iterable[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """What was noted, without what the script registered and removed again itself."""
    return (read for read in reads if not _is_result(read) or _is_there(home, workspace, read))


def gone_results(home: Home, workspace: str, reads: Json) -> tuple[Difference, ...]:
    """What a source registered that is not there any more.

    Args:
        home: Where.
        workspace: The source's.
        reads: As they are kept with it.
    """
    gone = [read for read in each_kept_read(reads) if _is_result(read) and not _is_there(home, workspace, read)]
    return tuple(Difference(f"{_kind(read)} {read['name']} {read['found']}", None, None) for read in gone)


def _is_result(read: Mapping[str, Json]) -> bool:
    return str(read["what"]).startswith(RESULT)


def _kind(read: Mapping[str, Json]) -> str:
    return str(read["what"]).removeprefix(RESULT)


def _is_there(home: Home, workspace: str, read: Mapping[str, Json]) -> bool:
    version = read["asked"]
    try:
        home.store.named(
            str(read.get("workspace", workspace)),
            _kind(read),
            str(read["name"]),
            version if isinstance(version, int) else None,
        )
    except NotFoundError:
        return False
    return True
