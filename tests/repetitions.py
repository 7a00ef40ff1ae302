"""Cases that repeat a proof in another variation: of several, one is in every run of the tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(number: int, cases: Iterable[Any]) -> list[Any]:
    """For ``pytest.mark.parametrize``: of each so many cases, all but the first are left to ``make test-long``.

    It is for real runs that take seconds each; a case whose like is nowhere else stays in every run.

    Args:
        number: Of how many cases one is in every run.
        cases: What each call of the test gets; a tuple is several arguments.
    """
    return [case if place % number == 0 else _long(case) for place, case in enumerate(cases)]


def _long(case: Any) -> Any:
    if isinstance(case, tuple):
        return pytest.param(*case, marks=pytest.mark.long)
    return pytest.param(case, marks=pytest.mark.long)
