"""Small scripts that look at one thing each, to be run cold and warm: one family a file."""

from __future__ import annotations

from tests.launchers.warm.cases import chance, end, libraries, main_module, own_code, processes, streams, surroundings
from tests.launchers.warm.cases.case import Case

CASES: tuple[Case, ...] = (
    *main_module.CASES,
    *own_code.CASES,
    *surroundings.CASES,
    *streams.CASES,
    *end.CASES,
    *processes.CASES,
    *chance.CASES,
    *libraries.CASES,
)
