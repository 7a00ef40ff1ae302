"""The v1 exceptions that a training script can meet; the engine's v1 layer extends this tree.

AzureMLException
├── UserErrorException        what the script gave breaks a rule
└── RunEnvironmentException   the process is not a job, though the script insists on one
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AzureMLException(Exception):  # noqa: N818 - v1's name
    """Root of the v1 exceptions.

    Args:
        exception_message: What went wrong, and what to do.
        inner_exception: The exception that caused this one.
        target: v1's further details; accepted and not used, as are those that follow.
        details: Accepted and not used.
        message_format: Accepted and not used.
        message_parameters: Accepted and not used.
        reference_code: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    def __init__(
        self,
        exception_message: str,
        inner_exception: BaseException | None = None,
        target: object = None,
        details: object = None,
        message_format: object = None,
        message_parameters: object = None,
        reference_code: object = None,
        **kwargs: object,
    ) -> None:
        super().__init__(exception_message)
        self._message = exception_message
        self._inner_exception = inner_exception
        del target, details, message_format, message_parameters, reference_code, kwargs

    @property
    def message(self) -> str:
        """What went wrong."""
        return self._message

    @message.setter
    def message(self, value: str) -> None:
        self._message = value

    @property
    def inner_exception(self) -> BaseException | None:
        """The exception that caused this one."""
        return self._inner_exception

    @inner_exception.setter
    def inner_exception(self, value: BaseException | None) -> None:
        self._inner_exception = value

    def print_stacktrace(self) -> None:
        """Print the calls that led here, those of the exception that caused this one too."""
        import traceback  # noqa: PLC0415 - rare

        for error in (self.inner_exception, self):
            if error is not None:
                traceback.print_exception(error)

    def __str__(self) -> str:
        if self.inner_exception is None:
            return self.message
        return f"{self.message} (caused by {type(self.inner_exception).__name__}: {self.inner_exception})"


class UserErrorException(AzureMLException):
    """What the caller gave breaks a rule.

    Args:
        exception_message: What went wrong, and what to do.
        **kwargs: As for AzureMLException.
    """

    def __init__(self, exception_message: str, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        super().__init__(exception_message, **kwargs)


class RunEnvironmentException(AzureMLException):
    """There is no run around this process.

    Args:
        **kwargs: As for AzureMLException; ``exception_message`` is the text.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        text = "There is no run around this process: submit the script, or use Run.get_context(allow_offline=True)."
        super().__init__(kwargs.pop("exception_message", text), **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        return _run_environment_exception, (self.message,)


def _run_environment_exception(message: str) -> RunEnvironmentException:
    return RunEnvironmentException(exception_message=message)
