"""The one line that whoever wants to deploy from here is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Never

from hyperstep.azureml_v1.exceptions import WebserviceException


def refuse(what: str, models: Sequence[Any] | None = None) -> Never:
    """Say that no service is reached from here, and what to do instead.

    Args:
        what: What was asked for, as the beginning of a sentence.
        models: The models concerned, so that the line names one.

    Raises:
        WebserviceException: Always.
    """
    name = next((str(model.name) for model in models or () if hasattr(model, "name")), "<name>")
    message = (
        f"{what} is not possible here: hyperstep runs locally and reaches no service. Take the model's files by "
        f"Model(workspace, {name!r}).download('.') and serve them with a web framework such as FastAPI."
    )
    raise WebserviceException(message)
