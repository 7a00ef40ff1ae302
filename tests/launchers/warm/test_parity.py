"""What a script does is the same, cold and warm: output, exit code, signal, files."""

from __future__ import annotations

import pytest
from tests.launchers.warm.cases import CASES
from tests.launchers.warm.cases.case import Case
from tests.launchers.warm.comparing import WarmBench


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_warm_is_as_cold(case: Case, warm_bench: WarmBench) -> None:
    cold = warm_bench.attempt(case, warm=False)
    warm_bench.launch(cold)
    warm = warm_bench.launch_warm(case)
    expected = warm_bench.outcome(case, cold)
    assert warm_bench.outcome(case, warm) == expected
    assert expected.exit_code == case.exit_code, expected.log
