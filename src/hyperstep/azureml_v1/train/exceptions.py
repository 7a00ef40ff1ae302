"""The exception tree of ``azureml.train.hyperdrive``.

HyperDriveException (AzureMLException)
├── HyperDriveServiceException                       a sweep could not be submitted or read
├── HyperDriveConfigException                        an argument breaks a rule
│   └── HyperDriveScenarioNotSupportedException      a combination that is not possible
│       └── HyperDriveNotImplementedException        known, but not built
└── HyperDriveRehydrateException                     a stored configuration cannot be read back

None of them is a ValueError, as in v1.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hyperstep.azureml_v1.exceptions import AzureMLException


class HyperDriveException(AzureMLException):
    """Root of the tree.

    Args:
        exception_message: What is wrong and what to do.
        **kwargs: As for AzureMLException.
    """

    _CODE: ClassVar[str] = "HyperDrive"

    def __init__(self, exception_message: str, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        super().__init__(exception_message, **kwargs)

    @property
    def error_code(self) -> str:
        """A short name of the kind of error."""
        return self._CODE


class HyperDriveServiceException(HyperDriveException):
    """A sweep could not be submitted or read."""

    _CODE = "Service"


class HyperDriveConfigException(HyperDriveException):
    """An argument breaks a rule."""

    _CODE = "Config"


class HyperDriveScenarioNotSupportedException(HyperDriveConfigException):
    """A combination of arguments that is not possible."""

    _CODE = "ScenarioNotSupported"


class HyperDriveNotImplementedException(HyperDriveScenarioNotSupportedException):
    """A known feature that is not built."""

    _CODE = "NotImplemented"


class HyperDriveRehydrateException(HyperDriveException):
    """A stored configuration cannot be read back."""

    _CODE = "Rehydrate"
