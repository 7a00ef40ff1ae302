"""An environment's definition is read as pip requirements."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.runtime.environments.requirements import Wanted, wanted_packages


def _definition(*dependencies: Any, user_managed: bool = False) -> dict[str, Any]:
    packages = {"dependencies": list(dependencies)}
    return {"name": "e", "python": {"condaDependencies": packages, "userManagedDependencies": user_managed}}


def test_packages_of_conda_and_pip_are_joined_and_ours_set_apart() -> None:
    pip = ["azureml-defaults", "azureml_core~=1.0", "lightgbm>=3", "--index-url https://x", "# words", ""]
    wanted = wanted_packages(_definition("python=3.7", "scikit-learn=0.22", "pip=20", {"pip": pip}))
    assert wanted == Wanted(
        ("scikit-learn==0.22.*", "lightgbm>=3"),
        ("--index-url https://x",),
        ("azureml-defaults", "azureml_core~=1.0"),
        "3.7",
    )


@pytest.mark.parametrize(
    ("conda", "pip"),
    [
        ("numpy", "numpy"),
        ("numpy=1.18", "numpy==1.18.*"),
        ("numpy=1.18.*", "numpy==1.18.*"),
        ("numpy==1.18.1", "numpy==1.18.1"),
        ("numpy 1.18.1", "numpy==1.18.1"),
        ("numpy=1.18=py37_0", "numpy==1.18.*"),
        ("numpy>=1.18,<2", "numpy>=1.18,<2"),
        ("conda-forge::pytorch=2", "torch==2.*"),
        ("py-xgboost", "xgboost"),
    ],
)
def test_a_conda_package_is_named_as_pip_names_it(conda: str, pip: str) -> None:
    assert wanted_packages(_definition(conda)).requirements == (pip,)


@pytest.mark.parametrize("python", ["python=3.8.13", "python=3.10.18", "python"])
def test_a_python_that_nobody_chose_is_not_asked_for(python: str) -> None:
    assert wanted_packages(_definition(python)) == Wanted()


@pytest.mark.parametrize("definition", [{}, {"python": {}}, {"python": {"condaDependencies": None}}])
def test_nothing_is_asked_for_where_nothing_is_said(definition: Any) -> None:
    assert wanted_packages(definition) == Wanted()


def test_nothing_is_asked_for_where_the_user_manages_the_packages() -> None:
    assert wanted_packages(_definition("numpy", user_managed=True)) == Wanted()
