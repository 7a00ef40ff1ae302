"""Which datasets a run was given, as ``get_details`` says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hyperstep.azureml_v1.core.run_source import RunSource

_DATASET = "DatasetConsumptionConfig:"


def input_datasets(source: RunSource) -> list[dict[str, Any]]:
    """Each dataset with its id, the name under which the script finds it, and how it is handed over."""
    return [
        {
            "dataset": {"id": port["source"]["dataset_id"]},
            "consumptionDetails": {"type": "RunInput", "inputName": name, "mechanism": _mechanism(port)},
        }
        for name, port in _datasets(source)
    ]


def run_data(source: RunSource) -> dict[str, dict[str, Any]]:
    """The same as a run's definition holds it: by name."""
    return {
        name: {
            "dataLocation": {"dataset": {"id": port["source"]["dataset_id"]}, "dataPath": None},
            "mechanism": _mechanism(port),
            "environmentVariableName": port["variable"],
            "pathOnCompute": port["path_on_compute"] or None,
            "overwrite": False,
        }
        for name, port in _datasets(source)
    }


def _datasets(source: RunSource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for port in source.step().get("inputs") or ():
        if port["placeholder"].startswith(_DATASET) and port["source"].get("dataset_id"):
            yield port["placeholder"].removeprefix(_DATASET), port


def _mechanism(port: Mapping[str, Any]) -> str:
    return str(port["mode"]).capitalize()
