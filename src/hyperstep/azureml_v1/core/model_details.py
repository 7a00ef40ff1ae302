"""What is said about a model beside its files: tags, datasets, resources, as plain values and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.deployment.resource_configuration import ResourceConfiguration
from hyperstep.azureml_v1.exceptions import UserErrorException, WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json


def text_values(values: object) -> dict[str, Json]:
    """Tags or properties, with keys and values as texts.

    Raises:
        WebserviceException: It is no mapping.
    """
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        message = f"Tags and properties of a model are a dict of names and values. Received: {values!r}."
        raise WebserviceException(message)
    return {str(key): str(value) for key, value in values.items()}


def described(
    tags: Mapping[str, object] | None = None,
    properties: Mapping[str, object] | None = None,
    description: str | None = None,
    framework: str | None = None,
    framework_version: str | None = None,
    datasets: Sequence[Any] | None = None,
    sample_input: Any = None,  # noqa: ANN401 - any dataset class
    sample_output: Any = None,  # noqa: ANN401
    resources: object = None,
) -> dict[str, Json]:
    """The body of a new model, without its files and its run.

    Raises:
        WebserviceException: A framework version comes without a framework, or a value is of another type.
    """
    if framework_version and not framework:
        message = f"model_framework_version needs model_framework. Received: {framework_version!r}."
        raise WebserviceException(message)
    return {
        "tags": text_values(tags),
        "properties": text_values(properties),
        "description": description or "",
        "framework": framework or "",
        "framework_version": framework_version or "",
        "datasets": dataset_pairs(datasets),
        "sample_input": dataset_id(sample_input),
        "sample_output": dataset_id(sample_output),
        "resources": resource_values(resources),
        "run_id": "",
        "experiment": "",
    }


def dataset_pairs(datasets: Sequence[Any] | None) -> list[Json]:
    """Pairs of a purpose and a dataset's id.

    Raises:
        WebserviceException: An item is no pair of a text and a dataset.
    """
    pairs: list[Json] = []
    for item in datasets or ():
        if not isinstance(item, tuple | list) or len(item) != 2 or not isinstance(item[0], str):  # noqa: PLR2004
            message = f"The datasets of a model are pairs of a purpose and a dataset. Received: {item!r}."
            raise WebserviceException(message)
        pairs.append([item[0], dataset_id(item[1])])
    return pairs


def dataset_id(dataset: Any) -> str:  # noqa: ANN401 - any dataset class
    """The id of a dataset, recorded; empty for none.

    Raises:
        WebserviceException: It is no dataset.
    """
    if dataset is None:
        return ""
    identifier = getattr(dataset, "id", None)
    if not isinstance(identifier, str):
        message = f"A dataset of a model is made by Dataset.File or Dataset.Tabular. Received: {dataset!r}."
        raise WebserviceException(message)
    return identifier


def dataset_of(workspace: Workspace, identifier: str) -> Any:  # noqa: ANN401 - any dataset class
    """The dataset of an id; None for no id, or when it is not known any more."""
    from hyperstep.azureml_v1.core.dataset import Dataset  # noqa: PLC0415 - loads the datasets

    try:
        return Dataset.get_by_id(workspace, identifier) if identifier else None
    except UserErrorException:
        return None


def resource_values(resources: object) -> Json:
    """A resource configuration as plain values; None for none.

    Raises:
        WebserviceException: It is none.
    """
    if resources is None:
        return None
    if not isinstance(resources, ResourceConfiguration):
        message = f"resource_configuration is a ResourceConfiguration. Received: {resources!r}."
        raise WebserviceException(message)
    return dict(resources.serialize())
