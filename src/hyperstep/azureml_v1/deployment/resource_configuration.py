"""ResourceConfiguration: the resources that a model's service would get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperstep.azureml_v1.exceptions import WebserviceException


class ResourceConfiguration:
    """The resources that a model's service would get. Kept with the model; nothing is reserved.

    Args:
        cpu: Cores, also a part of one.
        memory_in_gb: Memory in GB.
        gpu: Graphics processors.

    Raises:
        WebserviceException: A number is not above zero.
    """

    def __init__(self, cpu: float | None = None, memory_in_gb: float | None = None, gpu: int | None = None) -> None:
        self.cpu = cpu
        self.memory_in_gb = memory_in_gb
        self.gpu = gpu
        for name, value in vars(self).items():
            if value is not None and not (isinstance(value, int | float) and value > 0):
                message = f"{name} of a ResourceConfiguration is a number above zero. Received: {value!r}."
                raise WebserviceException(message)

    def __repr__(self) -> str:
        return f"ResourceConfiguration(cpu={self.cpu!r}, memory_in_gb={self.memory_in_gb!r}, gpu={self.gpu!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceConfiguration) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # its attributes can be set

    def serialize(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"cpu": self.cpu, "memoryInGB": self.memory_in_gb, "gpu": self.gpu}

    @staticmethod
    def deserialize(payload_obj: Mapping[str, Any]) -> ResourceConfiguration:
        """From what ``serialize()`` gives."""
        return ResourceConfiguration(payload_obj.get("cpu"), payload_obj.get("memoryInGB"), payload_obj.get("gpu"))
