"""What a service's ``deploy_configuration()`` gives: its values, kept, with what can be checked without a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperstep.azureml_v1.exceptions import WebserviceException

_COUNTS = ("cpu_cores", "memory_gb", "gpu_cores", "num_replicas", "port")


class DeploymentConfiguration:
    """How a service would be deployed. Each keyword of ``deploy_configuration()`` is an attribute.

    Args:
        kind: Class of the service.
        values: What was given, by keyword.

    Raises:
        WebserviceException: A number of cores, GB or replicas, or a port, is not above zero.
    """

    def __init__(self, kind: type[Any], values: Mapping[str, Any]) -> None:
        self._webservice_type = kind
        self._values = dict(values)
        self.__dict__.update(values)
        self.validate_configuration()

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._values.items() if value is not None)
        return f"{self._webservice_type.__name__}.deploy_configuration({given})"

    def validate_configuration(self) -> None:
        """See that numbers are above zero.

        Raises:
            WebserviceException: One is not.
        """
        for name in _COUNTS:
            value = self._values.get(name)
            if value is not None and not (isinstance(value, int | float) and value > 0):
                message = f"{name} of a deployment is a number above zero. Received: {value!r}."
                raise WebserviceException(message)
