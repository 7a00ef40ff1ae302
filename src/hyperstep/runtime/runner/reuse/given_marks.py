"""The tags and properties that a pipeline's run was given from outside, whatever its own steps write there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hyperstep.records.run import RunKind, RunRecord

OURS = ("azureml.", "hyperstep.")
"""How names of tags and properties begin that the engine gives."""

GIVEN_PROPERTY = "hyperstep.given"
"""Property of a pipeline's run, since a step has first changed its tags or properties: JSON, what they would be
without such changes."""

BY_JOB = "by_job"
"""Key of a request to change a run: whether a step asks."""


def given_marks(run: RunRecord) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The tags and properties that a run was submitted with, as far as drivers have not changed them since."""
    kept = run.properties.get(GIVEN_PROPERTY)
    if kept is None:
        return run.tags, run.properties
    tags, properties = json.loads(kept)
    return tags, properties


def kept_marks(run: RunRecord, request: Mapping[str, Any]) -> dict[str, str]:
    """The property of a run whose tags or properties a request is about to change.

    Args:
        run: As it is.
        request: The tags and properties to change, and who asks.
    """
    is_by_job = request[BY_JOB]
    if run.kind is not RunKind.PIPELINE or not (is_by_job or GIVEN_PROPERTY in run.properties):
        return {}
    tags, properties = given_marks(run)
    if not is_by_job:
        changed = {**tags, **request["tags"]}
        tags = {name: value for name, value in changed.items() if value is not None}
        properties = {**properties, **request["properties"]}
    return {GIVEN_PROPERTY: json.dumps([dict(tags), dict(properties)])}
