"""What an IPython shell is told so that the cells after it run unedited."""

from __future__ import annotations

import os
import sys
from typing import Any

from hyperstep.notebook.installs import leave_out_azureml
from hyperstep.shim import shim_path
from hyperstep_trial import finder
from hyperstep_trial.boot_environment import boot_environment


def load(shell: Any) -> None:  # noqa: ANN401 - IPython is optional
    """Serve ``azureml`` from hyperstep in this kernel and in what its cells start; let cells not install the SDK.

    Doing so again changes nothing.

    Args:
        shell: IPython's shell.

    Raises:
        ImportError: Modules of an installed SDK are in use already; the message says to restart.
    """
    finder.install(str(shim_path()))
    os.environ.update(boot_environment(os.environ, shim_path()))
    adapt_cells(shell)


def adapt_cells(shell: Any) -> None:  # noqa: ANN401 - see load
    """Leave ``azureml`` packages out of the cells that install something."""
    if leave_out_azureml not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(leave_out_azureml)


def load_into_running_shell() -> None:
    """Do so in the IPython shell of this process, when there is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        load(shell)
