"""torch is too large for the development environment: ``make test-libraries`` installs it there, and runs this.

A server imports what a cold run of the same script has noted, as it does for a sweep.
"""

from __future__ import annotations

from dataclasses import replace  # noqa: TID251 - of a dataclass

import msgspec
import pytest
from tests.launchers.warm.cases.case import Case
from tests.launchers.warm.cases.deep_learning import CASES
from tests.launchers.warm.comparing import Outcome, WarmBench

from hyperstep.runtime.runner.warm.imports import NOTE_NAME, learn, read_note
from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment
from hyperstep_trial.import_note import NOTE_VARIABLE

pytest.importorskip("torch")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_warm_is_as_cold(case: Case, warm_bench: WarmBench) -> None:
    expected, case = _cold(warm_bench, case)
    assert expected.exit_code == case.exit_code, expected.log
    for _ in range(2):
        assert warm_bench.outcome(case, warm_bench.launch_warm(case)) == expected


def _cold(bench: WarmBench, case: Case) -> tuple[Outcome, Case]:
    """What a cold run gives, and the case with the modules of which it left a note."""
    case = replace(case, env=boot_environment(case.env, shim_path()))
    attempt = bench.attempt(case, warm=False)
    note_file = attempt.folder / NOTE_NAME
    attempt = msgspec.structs.replace(attempt, env={**attempt.env, NOTE_VARIABLE: str(note_file)})
    bench.launch(attempt)
    outcome = bench.outcome(case, attempt)
    note = read_note(note_file)
    assert note is not None, outcome.log
    modules = learn(note, str(attempt.work_folder), 0.0).modules
    assert "torch" in modules
    return outcome, replace(case, modules=modules)
