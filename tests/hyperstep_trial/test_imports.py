"""What the client loads: a short list, so that logging stays cheap."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.hyperstep_trial.client_modules import CLIENT

_STANDARD = {"__future__", "_json", "_socket", "time"}

_SHOWS_WHAT_IS_LOADED = """
import sys
before = set(sys.modules)
{statements}
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ("import hyperstep_trial", {"__future__", "hyperstep_trial"}),
        ("import hyperstep_trial.finder", {"__future__", "hyperstep_trial", "hyperstep_trial.finder"}),
        ("from hyperstep_trial import Run; Run.get_context().log('acc', 0.5)", CLIENT | _STANDARD),
        ("from hyperstep_trial import Run; run = Run.get_context(); run.tag('a'); run.complete()", CLIENT | _STANDARD),
    ],
)
def test_only_listed_modules_are_loaded(statements: str, allowed: set[str], finish: Callable[..., str]) -> None:
    loaded = finish(_SHOWS_WHAT_IS_LOADED.format(statements=statements), {"HYPERSTEP_DOORBELL": "/nowhere"})
    assert set(loaded.split()) <= allowed


def test_offline_logging_adds_one_module() -> None:
    code = _SHOWS_WHAT_IS_LOADED.format(statements="from hyperstep_trial import Run; Run.get_context().log('a', 1)")
    env = {name: value for name, value in os.environ.items() if name != "AZUREML_RUN_ID"}
    output = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    loaded = set(output.splitlines()[-1].split())
    assert loaded <= CLIENT | _STANDARD | {"hyperstep_trial.offline"}


def test_nothing_of_the_engine_is_loaded_by_any_module_of_the_client(finish: Callable[..., str]) -> None:
    names = sorted(CLIENT | {"hyperstep_trial.boot_environment", "hyperstep_trial.finder", "hyperstep_trial.run_class"})
    loaded = finish(_SHOWS_WHAT_IS_LOADED.format(statements=f"import {', '.join(names)}")).split()
    assert "hyperstep" not in loaded
    assert all(name.partition(".")[0] in {*sys.stdlib_module_names, "hyperstep_trial"} for name in loaded)
