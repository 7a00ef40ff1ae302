"""`import hyperstep.azureml` makes `import azureml...` find hyperstep's v1 API in this process."""

from __future__ import annotations

import sys

from hyperstep.shim import shim_path
from hyperstep_trial import finder

__all__ = ["install", "shim_path"]


def install() -> None:
    """Serve ``azureml`` from hyperstep in this process, in front of an installed SDK; again changes nothing.

    Raises:
        ImportError: Modules of an installed SDK are in use already; the message says to restart.
    """
    finder.install(str(shim_path()))
    if "IPython" in sys.modules:
        from hyperstep.notebook.extension import load_into_running_shell  # noqa: PLC0415 - in notebooks only

        load_into_running_shell()


install()
