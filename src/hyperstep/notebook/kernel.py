"""The kernel that a notebook is executed in: this interpreter, with hyperstep loaded, whatever the notebook names."""

from __future__ import annotations

import os
import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

KERNEL_NAME = "python3"
_COMMAND = [
    sys.executable,
    "-m",
    "ipykernel_launcher",
    "-f",
    "{connection_file}",
    "--ext=hyperstep",
    "--HistoryManager.enabled=False",
]


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel, under every name: a notebook from elsewhere names kernels that are not installed here."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """This interpreter."""
        del kernel_name
        return KernelSpec(argv=_COMMAND, display_name="hyperstep", language="python")


def kernel_manager(folder: str) -> AsyncKernelManager:
    """What starts and ends the kernel; it inherits our environment.

    Args:
        folder: Private and empty, with a short path; where they talk to each other. Where the system has no sockets in
            folders, they talk over the loopback interface, with a key.
    """
    specs: Any = _ThisInterpreter()
    return AsyncKernelManager(
        kernel_name=KERNEL_NAME,
        kernel_spec_manager=specs,
        connection_file=f"{folder}/kernel.json",
        transport="ipc" if os.name == "posix" else "tcp",
    )
