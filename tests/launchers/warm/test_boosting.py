"""Libraries that are too large for the development environment, with two threads, cold and warm.

``make test-libraries`` installs them there, and runs this; or set WARM_PYTHON to an interpreter that has some of them
besides scikit-learn. What it lacks is skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.launchers.warm.cases.case import Case
from tests.launchers.warm.cases.libraries import THREADS
from tests.launchers.warm.comparing import WarmBench

_PYTHON = os.environ.get("WARM_PYTHON", sys.executable)
_DATA = "from sklearn.datasets import make_classification\nX, y = make_classification(2000, 20, random_state=0)\n"

CASES = (
    Case(
        "lightgbm",
        _DATA + "from lightgbm import LGBMClassifier\n"
        "print(LGBMClassifier(n_estimators=30, n_jobs=2, verbose=-1).fit(X, y).score(X, y))",
        modules=("sklearn.datasets", "lightgbm", "pandas"),
        env=THREADS,
    ),
    Case(
        "xgboost",
        _DATA
        + "from xgboost import XGBClassifier\nprint(XGBClassifier(n_estimators=30, n_jobs=2).fit(X, y).score(X, y))",
        modules=("sklearn.datasets", "xgboost", "xgboost.sklearn", "pandas"),
        env=THREADS,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_training_is_the_same(case: Case, warm_bench: WarmBench) -> None:
    if subprocess.run([_PYTHON, "-c", f"import {case.name}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{_PYTHON} has no {case.name}")
    warm_bench.python = _PYTHON
    cold = warm_bench.attempt(case, warm=False)
    warm_bench.launch(cold)
    expected = warm_bench.outcome(case, cold)
    assert expected.exit_code == 0, expected.log
    for _ in range(6):
        assert warm_bench.outcome(case, warm_bench.launch_warm(case)) == expected
