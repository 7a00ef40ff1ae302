"""What an interpreter lacks of an environment is told in one text."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.runtime.environments.preflight import _package_faults, check_environment, installed_version
from hyperstep.runtime.environments.requirements import Wanted

INSTALLED = {"numpy": "1.26.4", "pandas": "3.0.0rc1"}


def _check(*pip: str, python: str = "python=3.8.13") -> str:
    packages: dict[str, Any] = {"dependencies": [python, {"pip": list(pip)}]}
    return check_environment({"name": "train", "python": {"condaDependencies": packages}}, INSTALLED.get)


@pytest.mark.parametrize(
    "line",
    [
        "numpy",
        "numpy>=1.20,<2",
        "NumPy==1.26.*",
        "pandas>=2",
        "xgboost; python_version < '3'",
        "git+https://example.com/x",
        "./wheel.whl",
        "numpy @ https://example.com/numpy.whl",
        "azureml-sdk",
    ],
)
def test_what_is_there_is_not_told(line: str) -> None:
    assert _check(line) == ""


def test_what_is_missing_or_differs_is_told_with_what_to_do() -> None:
    text = _check("numpy==1.18", "xgboost", "azureml-defaults")
    assert "'train'" in text
    assert "numpy==1.18 (1.26.4 is installed); xgboost (not installed)" in text
    assert "azureml-defaults: hyperstep stands in" in text
    assert "HYPERSTEP_ENVIRONMENTS=build" in text


def test_another_python_is_told() -> None:
    assert "python 2.7 (this is 3." in _check(python="python=2.7")


def test_the_packages_of_this_interpreter_are_known() -> None:
    assert installed_version("pytest")
    assert installed_version("no-such-package-here") is None


def test_what_an_address_holds_is_not_repeated() -> None:
    lines = ("mypkg @ git+https://user:s3cret@host/x.git",)
    found = list(_package_faults(Wanted(requirements=lines), lambda _name: None))
    assert found == ["mypkg (not installed)"]
