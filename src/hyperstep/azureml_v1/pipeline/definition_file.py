"""A pipeline's definition as a file for people and tools to read."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hyperstep.codec import to_json
from hyperstep.pipeline.template import PipelineTemplate

_NOTE = (
    "# A pipeline as hyperstep runs it: YAML, in the form of JSON. Keep the script that builds it to build it again.\n"
)


def definition(template: PipelineTemplate) -> dict[str, object]:
    """The steps and the parameters of a pipeline, as plain data."""
    content: dict[str, object] = to_json(template)
    return content


def save_definition(template: PipelineTemplate, path: str | None, name: str) -> Path:
    """Write a pipeline's definition; returns the file.

    Args:
        template: The pipeline.
        path: The file, or a folder that gets ``<name>.yml``; the current folder without it.
        name: Name of the pipeline.
    """
    target = Path(path or ".")
    if target.is_dir():
        target /= f"{re.sub(r'[^A-Za-z0-9._-]+', '_', name) or 'pipeline'}.yml"
    target.write_text(_NOTE + json.dumps(definition(template), indent=2) + "\n", encoding="utf-8")
    return target
