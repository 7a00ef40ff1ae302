"""Refused names say why and what to do: in the table, at import, and as attributes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hyperstep.compatibility.refused import REFUSALS, refusal_of

_SERVED = "import hyperstep.azureml\n"


def message_of(code: str, folder: Path) -> str:
    """The last line that a process writes which serves azureml and runs the code."""
    result = subprocess.run(
        [sys.executable, "-c", _SERVED + code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1, result.stdout
    return result.stderr.splitlines()[-1]


def test_each_refusal_has_a_reason_and_a_remedy_as_sentences() -> None:
    for refusal in REFUSALS:
        assert refusal.names
        assert refusal.reason.endswith("."), refusal
        assert refusal.remedy.endswith("."), refusal


def test_no_name_is_refused_twice() -> None:
    names = [f"{refusal.below}.{name}" for refusal in REFUSALS for name in refusal.names]
    assert sorted(set(names)) == sorted(names)


def test_a_name_is_refused_with_all_that_is_below_it() -> None:
    step = refusal_of("azureml.pipeline.steps.KustoStep")
    assert step is not None
    assert refusal_of("azureml.pipeline.steps.KustoStep.run_after") is step
    assert refusal_of("azureml.contrib.anything.Name") is refusal_of("azureml.contrib")
    assert refusal_of("azureml.contrib") is not None


@pytest.mark.parametrize("name", ["azureml.pipeline.steps", "azureml.core.Workspace", "azureml", ""])
def test_other_names_are_not_refused(name: str) -> None:
    assert refusal_of(name) is None


def test_importing_a_refused_module_says_what_to_do(tmp_path: Path) -> None:
    message = message_of("from azureml.contrib.services import Name", tmp_path)
    assert message == (
        "ModuleNotFoundError: hyperstep has no module azureml.contrib. The package is not part of hyperstep. "
        "Leave it out, or use the library that it wraps."
    )


def test_importing_an_unknown_module_names_those_that_are_there(tmp_path: Path) -> None:
    assert message_of("import azureml.pipeline.nothing", tmp_path) == (
        "ModuleNotFoundError: hyperstep has no module azureml.pipeline.nothing. "
        "Import from azureml.pipeline itself, or from one of its modules: core, steps."
    )


def test_a_refused_name_of_a_served_module_says_what_to_do_and_what_exists(tmp_path: Path) -> None:
    message = message_of("from azureml.core.authentication import AzureMLTokenAuthentication", tmp_path)
    assert message.startswith("ImportError: hyperstep has no azureml.core.authentication.AzureMLTokenAuthentication. ")
    assert "Nothing here signs in. Leave auth= out." in message
    assert "MsiAuthentication, " in message
