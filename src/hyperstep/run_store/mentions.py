"""Digests in recorded texts: whatever looks like one counts, so that nothing in use is taken for garbage."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def digests_in(texts: Iterable[str]) -> set[str]:
    """All that the texts speak of."""
    return {digest for text in texts for digest in _DIGEST.findall(text)}
