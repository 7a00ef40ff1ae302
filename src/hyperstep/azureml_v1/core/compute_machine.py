"""This machine, described as a size of virtual machines is in v1."""

from __future__ import annotations

import os
from typing import Any

_MB = 1024 * 1024


def machine_sizes() -> list[dict[str, Any]]:
    """One entry: this machine's cores and memory."""
    import psutil  # noqa: PLC0415 - where it is asked for

    memory_mb = psutil.virtual_memory().total // _MB
    return [{"name": "local", "vCPUs": os.cpu_count() or 1, "gpus": 0, "memoryGB": round(memory_mb / 1024, 1)}]
