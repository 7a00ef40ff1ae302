"""What hyperstep refuses of the v1 API, each with the reason and with what to do instead.

A refused name may exist all the same: then it can be imported, and fails when it is used to reach a service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """Names that are refused for one reason.

    Attributes:
        below: The module, or the class with its module, that the names belong to.
        names: Names below it; ``Class(keyword=)`` for a keyword argument. ``*`` is everything below.
        reason: Why, as a sentence.
        remedy: What to do instead, as a sentence.
    """

    below: str
    names: Sequence[str]
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}"


_NO_SERVICE = "It belongs to a cloud service that a local run does not have."
_NO_DEPLOYMENT = "Nothing is deployed from this machine."
_CALL_THE_MODEL = "Take the file with Model.get_model_path or Model.download, and call the model from Python."
_TUNE_INSTEAD = "Tune a training script with a HyperDriveStep."

REFUSALS: Sequence[Refusal] = (
    Refusal(
        "azureml.pipeline.steps",
        (
            "AdlaStep",
            "AzureBatchStep",
            "DataTransferStep",
            "DatabricksStep",
            "KustoStep",
            "RScriptStep",
            "SynapseSparkStep",
        ),
        _NO_SERVICE,
        "Use a PythonScriptStep whose script does the work.",
    ),
    Refusal(
        "azureml.pipeline.steps",
        ("MpiStep", "ParallelRunConfig", "ParallelRunStep"),
        "A step runs in one process on one machine.",
        "Use a PythonScriptStep, and start processes in its script where more are needed.",
    ),
    Refusal(
        "azureml.pipeline.steps",
        ("AutoMLStep", "AutoMLStepRun"),
        "Automated machine learning is a cloud service.",
        _TUNE_INSTEAD,
    ),
    *(
        Refusal(
            below,
            names,
            "A stored module is a service's copy of a script.",
            "Use a PythonScriptStep with source_directory= and script_name=.",
        )
        for below, names in (
            ("azureml.pipeline.core", ("Module", "ModuleVersion", "ModuleVersionDescriptor")),
            ("azureml.pipeline.core.graph", ("Module",)),
            ("azureml.pipeline.steps", ("ModuleStep",)),
        )
    ),
    Refusal(
        "azureml.pipeline.core.graph",
        ("DataSource", "DataSourceDef", "DataType", "StoredProcedureParameter", "StoredProcedureParameterType"),
        _NO_SERVICE,
        "Use datasets and DataReference as the inputs of steps.",
    ),
    Refusal(
        "azureml.train.automl",
        ("*",),
        "Automated machine learning is a cloud service.",
        _TUNE_INSTEAD,
    ),
    Refusal(
        "azureml.train.hyperdrive",
        ("HyperDriveConfig(pipeline=)",),
        "A sweep runs a script, not a whole pipeline.",
        "Tune the training script with run_config=, and put the other steps around a HyperDriveStep.",
    ),
    Refusal(
        "azureml.core.compute",
        (
            "AdlaCompute",
            "AksCompute",
            "BatchCompute",
            "DataFactoryCompute",
            "DatabricksCompute",
            "DsvmCompute",
            "HDInsightCompute",
            "KubernetesCompute",
            "KustoCompute",
            "RemoteCompute",
            "SynapseCompute",
        ),
        "Every run uses this machine.",
        "Use AmlCompute: it stands for the slots of this machine.",
    ),
    Refusal(
        "azureml.core.authentication",
        ("AzureMLTokenAuthentication",),
        "Nothing here signs in.",
        "Leave auth= out.",
    ),
    Refusal("azureml.core.webservice", ("*",), _NO_DEPLOYMENT, _CALL_THE_MODEL),
    Refusal("azureml.core.image", ("*",), _NO_DEPLOYMENT, _CALL_THE_MODEL),
    Refusal("azureml.core", ("Image", "Webservice"), _NO_DEPLOYMENT, _CALL_THE_MODEL),
    Refusal("azureml.core.model", ("InferenceConfig",), _NO_DEPLOYMENT, _CALL_THE_MODEL),
    Refusal("azureml.core.Model", ("deploy", "package", "profile"), _NO_DEPLOYMENT, _CALL_THE_MODEL),
    Refusal(
        "azureml.core.Dataset",
        (
            "archive",
            "auto_read_files",
            "compare_profiles",
            "create_snapshot",
            "definition",
            "definition_version",
            "delete_snapshot",
            "deprecate",
            "diff",
            "from_binary_files",
            "from_delimited_files",
            "from_excel_files",
            "from_json_files",
            "from_pandas_dataframe",
            "from_parquet_files",
            "from_sql_query",
            "generate_profile",
            "get",
            "get_all_snapshots",
            "get_definition",
            "get_definitions",
            "get_profile",
            "get_snapshot",
            "head",
            "is_visible",
            "list",
            "reactivate",
            "sample",
            "state",
            "to_spark_dataframe",
            "update_definition",
            "workspace",
        ),
        "It belongs to datasets as they were before version 1.0.",
        "Use Dataset.Tabular and Dataset.File, and Dataset.get_by_name or get_all.",
    ),
    *(
        Refusal(
            below,
            names,
            "No database, and no cluster of another kind, is reached.",
            "Read the rows with pandas and register them: Dataset.Tabular.register_pandas_dataframe.",
        )
        for below, names in (
            (
                "azureml.core.Datastore",
                (
                    "register_azure_data_lake",
                    "register_azure_data_lake_gen2",
                    "register_azure_my_sql",
                    "register_azure_postgre_sql",
                    "register_azure_sql_database",
                    "register_dbfs",
                    "register_hdfs",
                ),
            ),
            (
                "azureml.data.dataset_factory.TabularDatasetFactory",
                ("from_sql_query", "register_dask_dataframe", "register_spark_dataframe"),
            ),
            ("azureml.data.TabularDataset", ("to_dask_dataframe", "to_spark_dataframe")),
            ("azureml.data.FileDataset", ("as_cache", "as_hdfs", "hydrate")),
            ("azureml.data.dataset_consumption_config.DatasetConsumptionConfig", ("as_hdfs",)),
        )
    ),
    Refusal(
        "azureml.data.TabularDataset",
        ("get_profile", "get_profile_runs", "submit_profile_run"),
        "Profiles are computed by a cloud service.",
        "Use to_pandas_dataframe().describe().",
    ),
    Refusal(
        "azureml.data.TabularDataset",
        ("download", "mount", "partition_by"),
        "Columns that hold addresses of files, and rewriting in partitions, are not built.",
        "Make a file dataset of the files: Dataset.File.from_files.",
    ),
    Refusal(
        "azureml.data.DataType",
        ("to_stream",),
        "Columns that hold addresses of files are not built.",
        "Make a file dataset of the files: Dataset.File.from_files.",
    ),
    Refusal("azureml.data", ("DatacacheStore",), _NO_SERVICE, "Leave it out: the files are on this machine."),
    Refusal(
        "azureml.pipeline.core.Pipeline",
        ("load_yaml",),
        "Pipelines are built by scripts.",
        "Build it in Python: Pipeline(workspace, steps).",
    ),
    Refusal(
        "azureml.pipeline.core.Schedule",
        ("load_yaml",),
        "Schedules are made by scripts.",
        "Use Schedule.create.",
    ),
    Refusal(
        "azureml.pipeline.core.InputPortBinding",
        ("as_resource",),
        "Data is not put beside the step's source files.",
        "List the data in inputs=, and hand its path to the script as an argument.",
    ),
    Refusal(
        "azureml.core.Workspace",
        (
            "add_private_endpoint",
            "delete",
            "delete_connection",
            "delete_private_endpoint_connection",
            "diagnose_workspace",
            "discovery_url",
            "get_connection",
            "get_mlflow_tracking_uri",
            "list_keys",
            "service_context",
            "set_connection",
            "sync_keys",
            "update_dependencies",
        ),
        "A workspace is a name in the local home: it has no keys, no network and no connections.",
        "Leave it out; keep secrets with workspace.get_default_keyvault().",
    ),
    *(
        Refusal(below, names, "Nothing is linked to a local workspace, and no network is in between.", "Leave it out.")
        for below, names in (
            ("azureml.core.LinkedService", ("get", "register", "unregister")),
            ("azureml.core.PrivateEndPoint", ("delete", "get_details")),
        )
    ),
    *(
        Refusal(
            below, names, "Every run uses this machine.", "Set how many processes run at one time with HYPERSTEP_SLOTS."
        )
        for below, names in (
            ("azureml.core.ComputeTarget", ("attach",)),
            ("azureml.core.compute.AmlCompute", ("attach", "update_quotas")),
            ("azureml.core.compute_target", ("attach_legacy_compute_target", "remove_legacy_compute_target")),
        )
    ),
    Refusal(
        "azureml.core.Environment",
        ("from_existing_conda_environment",),
        "No conda is asked.",
        "Use Environment.from_conda_specification, or start hyperstep with that environment's Python.",
    ),
    Refusal(
        "azureml.core.Experiment",
        ("from_directory",),
        "Folders are not bound to experiments.",
        "Use Experiment(workspace, name).",
    ),
    *(
        Refusal(package, ("*",), "The package is not part of hyperstep.", remedy)
        for package, remedy in (
            ("azureml.automl", _TUNE_INSTEAD),
            ("azureml.contrib", "Leave it out, or use the library that it wraps."),
            ("azureml.dataprep", "Use Dataset.Tabular and Dataset.File, or pandas."),
            ("azureml.datadrift", "Compare the data with pandas in a PythonScriptStep."),
            ("azureml.explain", "Use a library such as shap in the script, and log its results."),
            ("azureml.interpret", "Use a library such as shap in the script, and log its results."),
            ("azureml.mlflow", "Log with Run.get_context().log, or set a tracking URI of your own."),
            ("azureml.monitoring", "Leave it out."),
            ("azureml.opendatasets", "Download the data, and make a dataset from the files."),
            ("azureml.studio", "Write the step as a script."),
            ("azureml.tensorboard", "Run tensorboard on the folder of logs."),
        )
    ),
)
"""All refusals; the docs list them in this order."""


@cache
def _by_name() -> Mapping[str, Refusal]:
    return {f"{refusal.below}.{name}": refusal for refusal in REFUSALS for name in refusal.names}


def refusal_of(full_name: str) -> Refusal | None:
    """Why a name is refused.

    Args:
        full_name: A module, ``module.Name``, ``module.Class.member`` or ``module.Class(keyword=)``.

    Returns:
        The refusal of the name itself, or else of what it is below; None when it is not refused.
    """
    names = _by_name()
    found = names.get(full_name) or names.get(f"{full_name}.*")
    outer, _, last = full_name.rpartition(".")
    return found or (refusal_of(outer) if outer and last else None)
