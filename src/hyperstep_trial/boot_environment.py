"""The environment in which a Python process finds hyperstep's ``azureml`` by itself."""

# pathlib costs milliseconds, which each trial would pay:
# ruff: noqa: PTH100, PTH118, PTH120

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

OF_ONE_RUN = ("AZUREML_", "HYPERSTEP_", "AML_PARAMETER_")
"""How variables begin that tell a script which run it is: ours, and other in each run."""
SHIM_PATH_VARIABLE = "HYPERSTEP_SHIM_PATH"
"""Holds the folder of the ``azureml`` package; the boot folder's ``sitecustomize`` reads it."""


def boot_environment(base_env: Mapping[str, str], shim_path: str | os.PathLike[str]) -> dict[str, str]:
    """A copy of an environment to which the boot folder is added, once, in front of the user's ``PYTHONPATH``.

    Processes started with it, and those that they start, import ``azureml`` from ``shim_path``.

    Args:
        base_env: The environment to start from.
        shim_path: The folder that holds hyperstep's ``azureml`` package.
    """
    boot_folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boot")
    kept = [entry for entry in base_env.get("PYTHONPATH", "").split(os.pathsep) if entry not in {"", boot_folder}]
    return {
        **base_env,
        "PYTHONPATH": os.pathsep.join([boot_folder, *kept]),
        SHIM_PATH_VARIABLE: os.fspath(shim_path),
    }
