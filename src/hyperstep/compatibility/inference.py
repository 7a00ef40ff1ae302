"""What the methods and properties of v1 objects give: enough to follow names through ordinary code."""

from __future__ import annotations

from collections.abc import Mapping

RUN = "azureml.core.Run"
DATASET = "azureml.core.Dataset"
_BLOB = "azureml.data.azure_storage_datastore.AzureBlobDatastore"
_WORKSPACE = "azureml.core.Workspace"
_EXPERIMENT = "azureml.core.Experiment"
_ENVIRONMENT = "azureml.core.Environment"
_MODEL = "azureml.core.Model"
_PIPELINE_RUN = "azureml.pipeline.core.PipelineRun"
_STEP_RUN = "azureml.pipeline.core.StepRun"
_HYPERDRIVE_RUN = "azureml.train.hyperdrive.HyperDriveRun"
_FILE_DATASET = "azureml.data.FileDataset"
_TABULAR_DATASET = "azureml.data.TabularDataset"
_CONSUMPTION = "azureml.data.dataset_consumption_config.DatasetConsumptionConfig"
_REFERENCE = "azureml.data.data_reference.DataReference"
_COMPUTE = "azureml.core.ComputeTarget"
_AML_COMPUTE = "azureml.core.compute.AmlCompute"
_TABULAR_FACTORY = "azureml.data.dataset_factory.TabularDatasetFactory"
_FILE_FACTORY = "azureml.data.dataset_factory.FileDatasetFactory"
_WEBSERVICE = "azureml.core.webservice.Webservice"
_PUBLISHED = "azureml.pipeline.core.PublishedPipeline"
_FRAME = "pandas.DataFrame"

RELATED: Mapping[str, tuple[str, ...]] = {
    RUN: (
        _HYPERDRIVE_RUN,
        _PIPELINE_RUN,
        _STEP_RUN,
        "azureml.pipeline.steps.HyperDriveStepRun",
        "azureml.core.ScriptRun",
    ),
    DATASET: (_TABULAR_DATASET, _FILE_DATASET),
    _TABULAR_DATASET: (_FILE_DATASET,),
    _COMPUTE: (_AML_COMPUTE,),
    "azureml.core.Datastore": (_BLOB,),
    _BLOB: ("azureml.data.azure_storage_datastore.AzureFileDatastore",),
}
"""An object inferred to be of a class may also be of these."""

EXPERIMENT_SUBMITS: Mapping[str, str] = {
    "azureml.train.hyperdrive.HyperDriveConfig": _HYPERDRIVE_RUN,
    "azureml.train.hyperdrive.HyperDriveRunConfig": _HYPERDRIVE_RUN,
    "azureml.pipeline.core.Pipeline": _PIPELINE_RUN,
}
"""What ``Experiment.submit`` gives, by what it is given; else a Run."""

_GIVES: Mapping[str, Mapping[str, str]] = {
    _WORKSPACE: {
        "from_config": _WORKSPACE,
        "get": _WORKSPACE,
        "create": _WORKSPACE,
        "setup": _WORKSPACE,
        "get_default_datastore": _BLOB,
        "get_default_keyvault": "azureml.core.keyvault.Keyvault",
        "get_run": RUN,
        "datastores": f"*{_BLOB}",
        "compute_targets": f"*{_AML_COMPUTE}",
        "datasets": f"*{DATASET}",
        "models": f"*{_MODEL}",
        "environments": f"*{_ENVIRONMENT}",
        "experiments": f"*{_EXPERIMENT}",
        "webservices": f"*{_WEBSERVICE}",
    },
    _EXPERIMENT: {
        "submit": RUN,
        "start_logging": RUN,
        "get_runs": f"*{RUN}",
        "workspace": _WORKSPACE,
        "list": f"*{_EXPERIMENT}",
    },
    RUN: {
        "get_context": RUN,
        "get": RUN,
        "get_submitted_run": RUN,
        "parent": RUN,
        "child_run": RUN,
        "start_logging": RUN,
        "submit_child": RUN,
        "experiment": _EXPERIMENT,
        "get_children": f"*{RUN}",
        "list": f"*{RUN}",
        "create_children": f"*{RUN}",
        "register_model": _MODEL,
        "get_environment": _ENVIRONMENT,
        "get_best_run_by_primary_metric": RUN,
        "find_step_run": f"*{_STEP_RUN}",
        "get_steps": f"*{_STEP_RUN}",
        "get_pipeline_output": "azureml.pipeline.core.PortDataReference",
        "input_datasets": f"*{DATASET}",
    },
    _STEP_RUN: {
        "get_output": "azureml.pipeline.core.StepRunOutput",
        "get_output_data": "azureml.pipeline.core.PortDataReference",
    },
    "azureml.pipeline.core.StepRunOutput": {"get_port_data_reference": "azureml.pipeline.core.PortDataReference"},
    "azureml.core.ScriptRunConfig": {"run_config": "azureml.core.RunConfiguration"},
    "azureml.train.estimator.Estimator": {"run_config": "azureml.core.RunConfiguration"},
    "azureml.core.RunConfiguration": {"environment": _ENVIRONMENT, "load": "azureml.core.RunConfiguration"},
    _ENVIRONMENT: {
        "get": _ENVIRONMENT,
        "from_conda_specification": _ENVIRONMENT,
        "from_pip_requirements": _ENVIRONMENT,
        "from_docker_image": _ENVIRONMENT,
        "from_dockerfile": _ENVIRONMENT,
        "clone": _ENVIRONMENT,
        "register": _ENVIRONMENT,
        "load_from_directory": _ENVIRONMENT,
        "docker": "azureml.core.environment.DockerSection",
        "python": "azureml.core.environment.PythonSection",
    },
    "azureml.core.environment.PythonSection": {
        "conda_dependencies": "azureml.core.conda_dependencies.CondaDependencies",
    },
    "azureml.core.conda_dependencies.CondaDependencies": {
        "create": "azureml.core.conda_dependencies.CondaDependencies",
    },
    DATASET: {
        "get_by_name": _TABULAR_DATASET,
        "get_by_id": _TABULAR_DATASET,
        "Tabular": f"={_TABULAR_FACTORY}",
        "File": f"={_FILE_FACTORY}",
    },
    _TABULAR_FACTORY: dict.fromkeys(
        (
            "from_delimited_files",
            "from_json_lines_files",
            "from_parquet_files",
            "from_sql_query",
            "register_pandas_dataframe",
        ),
        _TABULAR_DATASET,
    ),
    _FILE_FACTORY: {"from_files": _FILE_DATASET, "upload_directory": _FILE_DATASET},
    _TABULAR_DATASET: {
        **dict.fromkeys(("register", "keep_columns", "drop_columns", "take", "skip", "filter"), _TABULAR_DATASET),
        "as_named_input": _CONSUMPTION,
        "to_pandas_dataframe": _FRAME,
    },
    _FILE_DATASET: {
        "register": _FILE_DATASET,
        "as_named_input": _CONSUMPTION,
        "as_mount": _CONSUMPTION,
        "as_download": _CONSUMPTION,
    },
    _CONSUMPTION: dict.fromkeys(("as_mount", "as_download", "as_direct"), _CONSUMPTION),
    "azureml.core.Datastore": {"get": _BLOB, "get_default": _BLOB, "register_azure_blob_container": _BLOB},
    _BLOB: dict.fromkeys(("upload", "upload_files", "path", "as_mount", "as_download"), _REFERENCE),
    _COMPUTE: {"create": _AML_COMPUTE, "list": f"*{_AML_COMPUTE}"},
    _AML_COMPUTE: {"create": _AML_COMPUTE},
    _MODEL: {"register": _MODEL, "list": f"*{_MODEL}", "deploy": _WEBSERVICE},
    "azureml.pipeline.core.Pipeline": {"submit": _PIPELINE_RUN, "publish": _PUBLISHED},
    _PUBLISHED: {"submit": _PIPELINE_RUN, "get": _PUBLISHED, "list": f"*{_PUBLISHED}"},
    _PIPELINE_RUN: {"publish_pipeline": _PUBLISHED},
    "azureml.pipeline.core.PipelineEndpoint": {
        "submit": _PIPELINE_RUN,
        "get": "azureml.pipeline.core.PipelineEndpoint",
        "publish": "azureml.pipeline.core.PipelineEndpoint",
    },
    "azureml.pipeline.core.Schedule": {
        "create": "azureml.pipeline.core.Schedule",
        "get": "azureml.pipeline.core.Schedule",
        "list": "*azureml.pipeline.core.Schedule",
    },
}
_SAME_AS = {
    _HYPERDRIVE_RUN: RUN,
    _PIPELINE_RUN: RUN,
    _STEP_RUN: RUN,
    "azureml.pipeline.steps.HyperDriveStepRun": RUN,
    "azureml.core.ScriptRun": RUN,
}


def given_by(class_name: str, member: str) -> str | None:
    """What a class's method returns, or what its property holds.

    Returns:
        A class's full name; with ``*`` in front for several of them, with ``=`` for the class itself; None when it is
        nothing to follow.
    """
    found = _GIVES.get(class_name, {}).get(member)
    if found is None and class_name in _SAME_AS:
        return given_by(_SAME_AS[class_name], member)
    return found
