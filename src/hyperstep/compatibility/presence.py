"""Whether the names that public projects use are there, by the counts of use."""

from __future__ import annotations

from collections.abc import Iterator

from hyperstep.compatibility import offered
from hyperstep.compatibility.facts import usage

_DATASETS = ("azureml.core.Dataset", "azureml.data.TabularDataset", "azureml.data.FileDataset")
_RECEIVERS = {
    "Authentication": ("azureml.core.authentication.ServicePrincipalAuthentication",),
    "AciWebservice": ("azureml.core.webservice.AciWebservice",),
    "AmlCompute": ("azureml.core.compute.AmlCompute",),
    "ComputeTarget": ("azureml.core.compute.ComputeTarget", "azureml.core.compute.AmlCompute"),
    "CondaDependencies": ("azureml.core.conda_dependencies.CondaDependencies",),
    "Dataset": _DATASETS,
    "Datastore": ("azureml.core.Datastore", "azureml.data.azure_storage_datastore.AzureBlobDatastore"),
    "Environment.docker": ("azureml.core.environment.DockerSection",),
    "Environment.python": ("azureml.core.environment.PythonSection",),
    "Dataset.Tabular": ("azureml.data.dataset_factory.TabularDatasetFactory",),
    "Dataset.File": ("azureml.data.dataset_factory.FileDatasetFactory",),
    "Keyvault": ("azureml.core.keyvault.Keyvault",),
    "Pipeline": ("azureml.pipeline.core.Pipeline",),
    "PipelineData": ("azureml.pipeline.core.PipelineData", "azureml.data.OutputFileDatasetConfig"),
    "PipelineEndpoint": ("azureml.pipeline.core.PipelineEndpoint",),
    "PrimaryMetricGoal": ("azureml.train.hyperdrive.PrimaryMetricGoal",),
    "PublishedPipeline": ("azureml.pipeline.core.PublishedPipeline",),
    "Run": (
        "azureml.core.Run",
        "azureml.train.hyperdrive.HyperDriveRun",
        "azureml.pipeline.core.PipelineRun",
        "azureml.pipeline.core.StepRun",
    ),
    "RunDetails": ("azureml.widgets.RunDetails",),
    "Schedule": ("azureml.pipeline.core.Schedule",),
    "Step": ("azureml.pipeline.core.PipelineStep",),
    "TabularDatasetFactory": ("azureml.data.dataset_factory.TabularDatasetFactory",),
    "Webservice": ("azureml.core.webservice.Webservice", "azureml.core.webservice.AciWebservice"),
}
"""Receivers of the counts to the classes that they may stand for; others are names of ``azureml.core``."""


def missing_in_use(*, at_least: int) -> list[str]:
    """The names with a count of at least ``at_least`` that cannot be imported, or are no member of their class."""
    counts = usage()
    used = [name for name, count in counts.names.items() if count >= at_least]
    members = [name for name, count in counts.members.items() if count >= at_least]
    return [*(name for name in used if not _importable(name)), *(name for name in members if not _is_member(name))]


def _importable(name: str) -> bool:
    return any(offered.offers(module, name) and not _unbuilt(module, name) for module in offered.tables())


def _unbuilt(module: str, name: str) -> bool:
    return offered.is_unbuilt(offered.resolve(module, name))


def _is_member(name: str) -> bool:
    receiver, _, member = name.rpartition(".")
    return any(offered.has_member(value, member) for value in _receivers(receiver))


def _receivers(receiver: str) -> Iterator[object]:
    for full_name in _RECEIVERS.get(receiver, (f"azureml.core.{receiver}",)):
        module, _, name = full_name.rpartition(".")
        if offered.offers(module, name):
            yield offered.resolve(module, name)
