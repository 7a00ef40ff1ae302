"""What works differently from v1, and how: what a user of the name has to know before a first run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct


class Difference(Struct, frozen=True):
    """Names that work differently in one way.

    Attributes:
        names: Full names: ``module.Name``, ``module.Class.member`` or ``module.Class(keyword=)``.
        how: What is different, as sentences.
    """

    names: Sequence[str]
    how: str


DIFFERENCES: Sequence[Difference] = (
    Difference(
        ("azureml.core.Workspace.from_config",),
        "It reads a config.json for the workspace's name only; without one it gives the workspace 'local'.",
    ),
    Difference(
        ("azureml.core.Workspace.create", "azureml.core.Workspace.get"),
        "A workspace is a name in the local home: nothing is created in the cloud; subscription and group are labels.",
    ),
    Difference(
        ("azureml.core.compute.AmlCompute.provisioning_configuration", "azureml.core.ComputeTarget.create"),
        "A compute target stands for this machine: the size of its machines is kept as text, and its number of nodes "
        "limits how many trials run at once.",
    ),
    Difference(
        (
            "azureml.core.Datastore.register_azure_blob_container",
            "azureml.core.Datastore.register_azure_file_share",
        ),
        "Containers are not reached: it registers the local folder that HYPERSTEP_DATASTORE_<NAME> is set to, and "
        "without that variable it raises an error which says so.",
    ),
    Difference(
        (
            "azureml.core.authentication.ArmTokenAuthentication",
            "azureml.core.authentication.AzureCliAuthentication",
            "azureml.core.authentication.InteractiveLoginAuthentication",
            "azureml.core.authentication.MsiAuthentication",
            "azureml.core.authentication.ServicePrincipalAuthentication",
            "azureml.core.authentication.TokenAuthentication",
        ),
        "Nothing signs in: the object is accepted, and what it was given is not used.",
    ),
    Difference(
        (
            "azureml.core.environment.DockerSection.base_image",
            "azureml.core.environment.DockerSection.enabled",
            "azureml.core.runconfig.DockerConfiguration",
        ),
        "No container is started: scripts run with the interpreter that submitted them.",
    ),
    Difference(
        (
            "azureml.core.Environment.from_conda_specification",
            "azureml.core.Environment.from_pip_requirements",
            "azureml.core.Environment.get",
        ),
        "Scripts run with the interpreter that submitted them, after a look at whether it has the packages; an "
        "environment of its own is built when the settings say so.",
    ),
    Difference(
        (
            "azureml.core.runconfig.MpiConfiguration",
            "azureml.core.runconfig.PyTorchConfiguration",
            "azureml.core.runconfig.TensorflowConfiguration",
            "azureml.train.dnn.Gloo",
            "azureml.train.dnn.Mpi",
            "azureml.train.dnn.Nccl",
            "azureml.train.dnn.ParameterServer",
        ),
        "A script runs as one process on one machine.",
    ),
    Difference(
        (
            "azureml.data.FileDataset.as_mount",
            "azureml.data.dataset_consumption_config.DatasetConsumptionConfig.as_mount",
        ),
        "The script gets the path of the files themselves, not a read-only view. Use as_download() for a copy.",
    ),
    Difference(
        (
            "azureml.data.dataset_factory.FileDatasetFactory.from_files",
            "azureml.data.dataset_factory.TabularDatasetFactory.from_delimited_files",
            "azureml.data.dataset_factory.TabularDatasetFactory.from_json_lines_files",
            "azureml.data.dataset_factory.TabularDatasetFactory.from_parquet_files",
        ),
        "A file behind a web address is kept in the home's web-files/ until it changes; offline, put it there.",
    ),
    Difference(
        ("azureml.train.hyperdrive.BayesianParameterSampling",),
        "The points come from another Bayesian method (a tree-structured Parzen estimator) than the service's.",
    ),
    Difference(
        ("azureml.train.hyperdrive.HyperDriveConfig",),
        "Submitted again, it reuses the trials that have finished with the same code, inputs and point; "
        '`hyperstep run --no-reuse` or `trials = "run"` in the [reuse] table of hyperstep.toml turns it off.',
    ),
    Difference(
        ("azureml.train.hyperdrive.HyperDriveConfig(max_duration_minutes=)",),
        "A sweep that reaches its time limit with a usable trial is Completed, not Canceled.",
    ),
    Difference(
        ("azureml.pipeline.core.Schedule.create",),
        "A schedule submits while `hyperstep schedule` runs on this machine.",
    ),
    Difference(
        (
            "azureml.pipeline.core.PublishedPipeline.endpoint",
            "azureml.pipeline.core.PipelineEndpoint.endpoint",
        ),
        "No server listens: requests.post to it fails. Submit by PublishedPipeline.submit or PipelineEndpoint.submit.",
    ),
    Difference(
        ("azureml.core.Run.get_portal_url", "azureml.core.Experiment.get_portal_url"),
        "There is no portal: it gives the command that shows the records.",
    ),
    Difference(
        ("azureml.widgets.RunDetails.show",),
        "Outside a notebook it prints text.",
    ),
)


@cache
def _by_name() -> Mapping[str, str]:
    return {name: difference.how for difference in DIFFERENCES for name in difference.names}


def difference_of(full_name: str) -> str | None:
    """How a name works differently from v1; None when it works as it did, as far as known."""
    return _by_name().get(full_name)
