"""Where a graph is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

UNNAMED_EXPERIMENT = "placeholder"
"""A pipeline is built before it is known under which experiment it will run."""


class GraphContext(Struct, frozen=True):
    """What steps may know when they make their nodes."""

    workspace: Workspace
    default_source_directory: str | None = None
    experiment_name: str = UNNAMED_EXPERIMENT
