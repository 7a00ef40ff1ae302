"""Each name that ``azureml`` offers leads somewhere."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperstep.shim import shim_path

Python = Callable[..., "subprocess.CompletedProcess[str]"]

_MODULES = sorted(
    ".".join(file.relative_to(shim_path()).with_suffix("").parts).removesuffix(".__init__")
    for file in shim_path().rglob("*.py")
)

_RESOLVES_ALL = """
import importlib, json
failed = dict()
for module in {modules!r}:
    loaded = importlib.import_module(module)
    for name in loaded.__all__:
        try:
            getattr(loaded, name)
        except Exception as error:
            failed[module + "." + name] = repr(error)
print(json.dumps(failed))
"""

_IMPORTED_ELSEWHERE = """
import azureml.core, azureml.pipeline.core, azureml.train.hyperdrive, azureml.widgets
from azureml._common.exceptions import AzureMLException
from azureml.core.authentication import AuthenticationException
from azureml.core.compute.amlcompute import AmlCompute, AmlComputeProvisioningConfiguration
from azureml.core.compute.compute import ComputeTarget, ComputeTargetException
from azureml.core.experiment import Workspace
from azureml.train.hyperdrive.parameter_expressions import choice
from azureml.train.hyperdrive.policy import BanditPolicy
from azureml.train.hyperdrive.run import HyperDriveRun, PrimaryMetricGoal
from azureml.train.hyperdrive.runconfig import HyperDriveConfig
from azureml.train.hyperdrive.sampling import RandomParameterSampling

assert PrimaryMetricGoal is azureml.train.hyperdrive.PrimaryMetricGoal
assert issubclass(AuthenticationException, AzureMLException)
assert issubclass(AmlCompute, ComputeTarget)
print(azureml.core.__version__ == azureml.core.VERSION == azureml.widgets.__version__)
"""

_LOGS_AS_A_JOB = """
import sys
from azureml.core import Run
from azureml.core.run import Run as Same
assert Run is Same
run = Run.get_context()
run.log("acc", 0.5)
print(*sorted(name for name in sys.modules if name.startswith("hyperstep.")))
"""


def test_every_name_leads_to_something(python: Python, booted: dict[str, str]) -> None:
    result = python(_RESOLVES_ALL.format(modules=_MODULES), booted)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {}


def test_names_are_found_in_the_modules_from_which_scripts_take_them(python: Python, booted: dict[str, str]) -> None:
    """V1's modules imported from each other, and scripts import a name from whichever module had it."""
    result = python(_IMPORTED_ELSEWHERE, booted)
    assert result.stdout == "True\n", result.stderr


def test_a_module_that_is_not_there_names_those_that_are(python: Python, booted: dict[str, str]) -> None:
    result = python("import azureml.train.hyperdrive.nothing", booted)
    assert (
        "hyperstep has no module azureml.train.hyperdrive.nothing. Import from azureml.train.hyperdrive"
        in result.stderr
    )
    assert "runconfig, sampling" in result.stderr


@pytest.mark.skipif("azureml.core.run" not in _MODULES, reason="azureml.core.run is not served")
def test_a_job_that_logs_through_azureml_does_not_load_the_engine(
    python: Python, booted: dict[str, str], tmp_path: Path
) -> None:
    env = {**booted, "AZUREML_RUN_ID": "HD_1_0", "HYPERSTEP_ATTEMPT_FOLDER": str(tmp_path)}
    result = python(_LOGS_AS_A_JOB, env)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []
