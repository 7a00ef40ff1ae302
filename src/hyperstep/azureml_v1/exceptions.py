"""The exception tree of ``azureml.exceptions``: what the v1 API raises.

AzureMLException (Exception)
├── UserErrorException
│   └── AuthenticationException
├── RunEnvironmentException
├── ActivityFailedException, ExperimentExecutionException, TrainingException, SnapshotException
├── ComputeTargetException, RunConfigurationException, ProjectSystemException
├── ModelNotFoundException, ModelPathNotFoundException, WebserviceException
├── WorkspaceException, WorkspacePrivateEndpointException, DiscoveryUrlNotFoundException
├── DatasetTimestampMissingError, ParallelRunException, AzureMLAggregatedException
└── AzureMLRestClientException
    └── ServiceException

The three at the top live in the trial client, which a training script can load without the engine.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from hyperstep_trial.errors import AzureMLException, RunEnvironmentException, UserErrorException

__all__ = [
    "ActivityFailedException",
    "AuthenticationException",
    "AzureMLAggregatedException",
    "AzureMLException",
    "AzureMLRestClientException",
    "ComputeTargetException",
    "DatasetTimestampMissingError",
    "DiscoveryUrlNotFoundException",
    "ExperimentExecutionException",
    "ModelNotFoundException",
    "ModelPathNotFoundException",
    "ParallelRunException",
    "ProjectSystemException",
    "RunConfigurationException",
    "RunEnvironmentException",
    "ServiceException",
    "SnapshotException",
    "TrainingException",
    "UserErrorException",
    "WebserviceException",
    "WorkspaceException",
    "WorkspacePrivateEndpointException",
]


class _MessageException(AzureMLException):
    """What most of them take: a message.

    Args:
        exception_message: What is wrong.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, exception_message: str, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        super().__init__(exception_message, **kwargs)


class AuthenticationException(UserErrorException):
    """Signing in failed. Nothing here signs in; kept for ``except`` clauses."""


class ActivityFailedException(AzureMLException):
    """A run that was waited for has failed.

    Args:
        error_details: The run's error: a mapping as in ``get_details()["error"]``, or a text.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, error_details: object, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        text = error_details if isinstance(error_details, str) else json.dumps(error_details, indent=4, default=str)
        super().__init__(f"The run failed:\n{text}", **kwargs)
        self.error_details = error_details


class ExperimentExecutionException(_MessageException):
    """A run could not be started, or could not be watched to its end."""


class TrainingException(_MessageException):
    """A training job could not be submitted or canceled."""


class SnapshotException(_MessageException):
    """The source folder cannot be taken as a snapshot."""


class ComputeTargetException(_MessageException):
    """No compute target of that name, or it cannot be made."""


class RunConfigurationException(_MessageException):
    """A run configuration breaks a rule."""


class ProjectSystemException(_MessageException):
    """The project folder cannot be used."""


class ModelNotFoundException(AzureMLException):
    """No such model.

    Args:
        exception_message: What was looked for.
        logger: Accepted and not used.
        **kwargs: As for AzureMLException.
    """

    def __init__(
        self,
        exception_message: str,
        logger: logging.Logger | None = None,  # noqa: ARG002 - part of the v1 signature
        **kwargs: Any,  # noqa: ANN401 - the v1 signature
    ) -> None:
        super().__init__(exception_message, **kwargs)


class ModelPathNotFoundException(AzureMLException):
    """No file of the run lies under the given model path.

    Args:
        exception_message: What was looked for, and what there is.
        logger: Accepted and not used.
        **kwargs: As for AzureMLException.
    """

    def __init__(
        self,
        exception_message: str,
        logger: logging.Logger | None = None,  # noqa: ARG002 - part of the v1 signature
        **kwargs: Any,  # noqa: ANN401 - the v1 signature
    ) -> None:
        super().__init__(exception_message, **kwargs)


class WebserviceException(AzureMLException):
    """A model or a deployment is not there, or is named wrongly.

    Args:
        exception_message: What is wrong.
        status_code: Number of the HTTP status that stands for it, if any.
        logger: Accepted and not used.
        **kwargs: As for AzureMLException.
    """

    def __init__(
        self,
        exception_message: str,
        status_code: int | None = None,
        logger: logging.Logger | None = None,  # noqa: ARG002 - part of the v1 signature
        **kwargs: Any,  # noqa: ANN401 - the v1 signature
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.status_code = status_code


class WorkspaceException(AzureMLException):
    """No such workspace.

    Args:
        exception_message: What was looked for.
        found_multiple: Whether several workspaces fit.
        **kwargs: As for AzureMLException.
    """

    def __init__(
        self,
        exception_message: str,
        found_multiple: bool = False,
        **kwargs: Any,  # noqa: ANN401 - the v1 signature
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.found_multiple = found_multiple


class WorkspacePrivateEndpointException(AzureMLException):
    """Private endpoints do not exist here; kept for ``except`` clauses.

    Args:
        exception_message: What is wrong.
        found_multiple: Whether several fit.
        **kwargs: As for AzureMLException.
    """

    def __init__(
        self,
        exception_message: str,
        found_multiple: bool = False,
        **kwargs: Any,  # noqa: ANN401 - the v1 signature
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.found_multiple = found_multiple


class DiscoveryUrlNotFoundException(AzureMLException):
    """There is no discovery service here; kept for ``except`` clauses.

    Args:
        discovery_key: What was looked for.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, discovery_key: str, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        super().__init__(f"No discovery url is known for {discovery_key!r}.", **kwargs)


class DatasetTimestampMissingError(AzureMLException):
    """A dataset without a timestamp column was asked about time.

    Args:
        error_details: What was asked.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, error_details: object, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        super().__init__(str(error_details), **kwargs)


class ParallelRunException(AzureMLException):
    """A parallel run step failed.

    Args:
        exception_message: What is wrong.
        code: A short code, if any.
        delay_seconds: Seconds to wait before trying again.
        **kwargs: As for AzureMLException.
    """

    def __init__(
        self,
        exception_message: str,
        code: str | None = None,
        delay_seconds: float = 0,
        **kwargs: Any,  # noqa: ANN401 - the v1 signature
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.error_code = code
        self.delay_seconds = delay_seconds


class AzureMLAggregatedException(AzureMLException):
    """Several errors at once.

    Args:
        exceptions_list: The errors.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, exceptions_list: Iterable[BaseException], **kwargs: Any) -> None:  # noqa: ANN401 - v1
        self.exceptions = list(exceptions_list)
        super().__init__("\n".join(str(error) for error in self.exceptions), **kwargs)


class AzureMLRestClientException(AzureMLException):
    """A call to the service failed; here: a request to the run's own runner."""


class ServiceException(AzureMLRestClientException):
    """The other side refused.

    Args:
        error_response_exception: The error, or its text.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, error_response_exception: object, **kwargs: Any) -> None:  # noqa: ANN401 - v1
        super().__init__(str(error_response_exception), **kwargs)
        self.error = error_response_exception
