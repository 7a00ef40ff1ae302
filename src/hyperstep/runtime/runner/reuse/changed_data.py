"""Which files of data changed, where a difference has only the digests of all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from hyperstep.artifact_store.listings import changed_files
from hyperstep.digest import Json
from hyperstep.pipeline.reuse import Difference, ReuseDecision
from hyperstep.runtime.home import Home

_NAMED = 5
_DIGEST = re.compile("[0-9a-f]{64}")


def with_files(home: Home, decision: ReuseDecision) -> ReuseDecision:
    """The decision, where differences in data name the first files that differ."""
    return replace(decision, differences=tuple(_named(home, found) for found in decision.differences))


def _named(home: Home, found: Difference) -> Difference:
    old, new = _content(found.old), _content(found.new)
    files = changed_files(home.path, old, new) if old and new and old != new else None
    return replace(found, files=tuple(files[:_NAMED]), more_files=max(0, len(files) - _NAMED)) if files else found


def _content(value: Json) -> str:
    """The digest of data; empty text for anything else."""
    content = value.get("content") if isinstance(value, Mapping) else value
    return content if isinstance(content, str) and _DIGEST.fullmatch(content) else ""
