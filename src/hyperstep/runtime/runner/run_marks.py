"""The tags and properties that people and scripts give a run: which they may give, and the run's record with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from hyperstep.errors import InvalidInputError
from hyperstep.records.names import SAVED_S, SEED_FROM, STOPPED_EARLY
from hyperstep.records.run import NAMING, RunRecord
from hyperstep.runtime.ranking import COUNTED_VALUES
from hyperstep.runtime.runner.reuse.computed_at import COMPUTED_AT
from hyperstep.runtime.runner.reuse.given_marks import GIVEN_PROPERTY, OURS, kept_marks
from hyperstep.runtime.runner.reuse.read_kinds import READS_PROPERTY, SETTLED_PROPERTY
from hyperstep.runtime.runner.reuse.steady_inputs import CHANGED_INPUT, INPUT_STATES

ENGINE_PROPERTIES = frozenset(
    {
        "outputs",
        "hyperparameters",
        "final_status",
        "seed",
        STOPPED_EARLY,
        "azureml.nodeid",
        "best_child_run_id",
        "score",
        SEED_FROM,
        SAVED_S,
        COUNTED_VALUES,
        READS_PROPERTY,
        SETTLED_PROPERTY,
        COMPUTED_AT,
        INPUT_STATES,
        CHANGED_INPUT,
        GIVEN_PROPERTY,
    }
)
"""What the engine itself keeps in a run's properties and reads again."""

_GIVEN_ANEW = NAMING | {"ContentSnapshotId"}
"""Properties that may change: of several snapshots that a script takes by hand, the last counts."""


def may_set_property(run: RunRecord, name: str, value: str) -> bool:
    """Whether a user may give a run that property: each is set once (v1), and some are the engine's own."""
    return name in _GIVEN_ANEW or (name not in ENGINE_PROPERTIES and run.properties.get(name, value) == value)


def marks_of_script(run: RunRecord) -> tuple[dict[str, str], dict[str, str]]:
    """The tags and properties of a step's run that are not the engine's."""
    tags = {name: value for name, value in run.tags.items() if not name.startswith(OURS)}
    others = (item for item in run.properties.items() if item[0] not in ENGINE_PROPERTIES)
    return tags, {name: value for name, value in others if not name.startswith(OURS)}


def marked(run: RunRecord, request: Mapping[str, Any]) -> RunRecord:
    """A run's record once it has been given what a request says.

    Args:
        run: As it is.
        request: ``tags`` and ``properties`` to add, a tag of None to take away, and ``by_job``: whether a step asks.

    Raises:
        InvalidInputError: A property is there with another value, or is the engine's own.
    """
    properties = request["properties"]
    refused = [name for name, value in properties.items() if not may_set_property(run, name, value)]
    if refused:
        rule = "A property is set once: it can be added, not changed."
        raise InvalidInputError(rule, received=refused, remedy="Use a tag for what changes.")
    tags = {name: value for name, value in {**run.tags, **request["tags"]}.items() if value is not None}
    return replace(run, tags=tags, properties={**run.properties, **kept_marks(run, request), **properties})
