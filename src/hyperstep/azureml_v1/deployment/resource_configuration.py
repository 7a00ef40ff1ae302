"""ResourceConfiguration: the resources that a model's service would get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from hyperstep.azureml_v1.exceptions import WebserviceException


class ResourceConfiguration(Struct):
    """The resources that a model's service would get. Kept with the model; nothing is reserved.

    Args:
        cpu: Cores, also a part of one.
        memory_in_gb: Memory in GB.
        gpu: Graphics processors.

    Raises:
        WebserviceException: A number is not above zero.
    """

    cpu: float | None = None
    memory_in_gb: float | None = None
    gpu: int | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and not (isinstance(value, int | float) and value > 0):
                message = f"{name} of a ResourceConfiguration is a number above zero. Received: {value!r}."
                raise WebserviceException(message)

    def serialize(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"cpu": self.cpu, "memoryInGB": self.memory_in_gb, "gpu": self.gpu}

    @staticmethod
    def deserialize(payload_obj: Mapping[str, Any]) -> ResourceConfiguration:
        """From what ``serialize()`` gives."""
        return ResourceConfiguration(payload_obj.get("cpu"), payload_obj.get("memoryInGB"), payload_obj.get("gpu"))
