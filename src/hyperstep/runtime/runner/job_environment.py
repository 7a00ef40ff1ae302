"""The environment variables of a process: v1's, ours, and its share of the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hyperstep.errors import NotFoundError
from hyperstep.pipeline.spec import DataMode, InputSpec, StepSpec
from hyperstep.records.attempt import Attempt
from hyperstep.records.run import RunRecord
from hyperstep.runtime.doorbell import doorbell_path
from hyperstep.runtime.home import Home
from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import OF_ONE_RUN, boot_environment

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Set to a process's share of the cores, unless the user has set one. torch reads the first."""
WAITING_VARIABLE = "OMP_WAIT_POLICY"
"""How OpenMP's threads wait for each other: turning on their core, or asleep."""

_SHIM_PATH = str(shim_path())
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_DATASET_PLACEHOLDER = "DatasetConsumptionConfig:"
_OUTPUT_PLACEHOLDER = "DatasetOutputConfig:"


def user_environment() -> dict[str, str]:
    """The submitter's environment, which the runner inherited, without what concerns only the submitter."""
    return {k: v for k, v in os.environ.items() if not k.startswith(OF_ONE_RUN)}


def root_variables(home: Home, root: RunRecord) -> dict[str, str]:
    """What all scripts below one root run are told; ``root`` is any of its runs."""
    return {
        **_workspace_variables(home, root.workspace),
        "AZUREML_ARM_PROJECT_NAME": root.experiment,
        "AZUREML_EXPERIMENT_ID": root.experiment,
        "AZUREML_RUN_TOKEN": "local",
        "AZUREML_RUN_TOKEN_EXPIRY": "4102444800",
        "AZUREML_SERVICE_ENDPOINT": "local",
        "HYPERSTEP_HOME": str(home.path),
        "HYPERSTEP_ROOT_ID": root.root_id,
        "HYPERSTEP_DOORBELL": str(doorbell_path(home.root_folder(root.root_id))),
    }


def attempt_variables(run: RunRecord, attempt: Attempt) -> dict[str, str]:
    """What tells a script which run it is."""
    return {
        "AZUREML_RUN_ID": run.id,
        "HYPERSTEP_ATTEMPT": str(attempt.key.number),
        "HYPERSTEP_ATTEMPT_FOLDER": str(attempt.folder),
    }


def thread_share(base: Mapping[str, str], cores: int, processes: int) -> dict[str, str]:
    """The thread limits of one of ``processes`` processes on ``cores`` cores; none where the user has set one.

    A script that asks for more threads itself gets them. Then threads of several processes share a core, and one that
    waits must not keep the one that it waits for from running: they wait asleep. ``benchmarks/thread_shares.py``
    measures it: fits of LightGBM with two threads each took ten times as long without.
    """
    share = str(cores_of_one(cores, processes))
    limits = {} if any(name in base for name in THREAD_VARIABLES) else dict.fromkeys(THREAD_VARIABLES, share)
    asleep = {WAITING_VARIABLE: "PASSIVE"} if processes > 1 and WAITING_VARIABLE not in base else {}
    return {**limits, **asleep}


def cores_of_one(cores: int, processes: int) -> int:
    """How many cores are one process's own, of ``processes`` that run at one time; at least one."""
    return max(1, cores // max(1, processes))


def data_variables(step: StepSpec, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> dict[str, str]:
    """The paths of inputs and outputs, under the names that v1 gives them."""
    variables = {port.variable: inputs[port.name] for port in step.inputs}
    variables |= {output.variable: outputs[output.name] for output in step.outputs}
    datasets = [f"{port.variable}:{port.mode.value}" for port in step.inputs if _is_dataset(port)]
    if datasets:
        variables["AZUREML_DATASET_ENVIRONMENT_VARS"] = ",".join(datasets)
    written = [output for output in step.outputs if output.placeholder.startswith(_OUTPUT_PLACEHOLDER)]
    files = [output.variable for output in written if output.mode is not DataMode.DIRECT]
    links = [output.variable for output in written if output.mode is DataMode.DIRECT]
    variables |= {"AZUREML_DATASET_FILE_OUTPUTS": ";".join(files)} if files else {}
    variables |= {"AZUREML_LINK_DATASET_OUTPUTS": ";".join(links)} if links else {}
    return variables


def parameter_variables(step: StepSpec, parameters: Mapping[str, str]) -> dict[str, str]:
    """``AML_PARAMETER_<name>`` of each pipeline parameter that the step uses."""
    return {f"AML_PARAMETER_{name}": parameters[name] for name in step.parameters}


def with_azureml(environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment, in which ``import azureml`` finds hyperstep's."""
    return boot_environment(environment, _SHIM_PATH)


def _is_dataset(port: InputSpec) -> bool:
    return port.placeholder.startswith(_DATASET_PLACEHOLDER)


def _workspace_variables(home: Home, workspace: str) -> dict[str, str]:
    try:
        body: Mapping[str, object] = home.store.named(workspace, "workspace", workspace).body
    except NotFoundError:
        body = {}
    return {
        "AZUREML_ARM_SUBSCRIPTION": str(body.get("subscription_id") or _NO_SUBSCRIPTION),
        "AZUREML_ARM_RESOURCEGROUP": str(body.get("resource_group") or "local"),
        "AZUREML_ARM_WORKSPACE_NAME": workspace,
    }
