"""The v1 exceptions that a training script can meet; the engine's v1 layer extends this tree.

AzureMLException
├── UserErrorException        what the script gave breaks a rule
└── RunEnvironmentException   the process is not a job, though the script insists on one
"""

from __future__ import annotations


class AzureMLException(Exception):  # noqa: N818 - v1's name
    """Root of the v1 exceptions.

    Args:
        exception_message: What went wrong, and what to do.
        inner_exception: The exception that caused this one.
        **kwargs: v1's further details; accepted and not used.
    """

    def __init__(
        self, exception_message: str = "", inner_exception: BaseException | None = None, **kwargs: object
    ) -> None:
        super().__init__(exception_message)
        self.message = exception_message
        self.inner_exception = inner_exception
        del kwargs

    def __str__(self) -> str:
        if self.inner_exception is None:
            return self.message
        return f"{self.message} (caused by {type(self.inner_exception).__name__}: {self.inner_exception})"


class UserErrorException(AzureMLException):
    """What the caller gave breaks a rule."""


class RunEnvironmentException(AzureMLException):
    """There is no run around this process."""
