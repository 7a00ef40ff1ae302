"""What needs the service of the real API: refused in one line, with what to do instead."""

from __future__ import annotations

from hyperstep.azureml_v1.exceptions import UserErrorException


def refused(what: str, instead: str) -> UserErrorException:
    """The error to raise for something that this machine alone cannot do.

    Args:
        what: As the user wrote it: ``Workspace.delete()``.
        instead: One sentence: what to do.
    """
    return UserErrorException(f"{what} needs the Azure service, and hyperstep works without it. {instead}")
