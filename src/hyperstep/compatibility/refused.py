"""What hyperstep refuses of the v1 API, each with the reason and with what to do instead.

A refused name may exist all the same: then it can be imported, and fails when it is used to reach a service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Refusal:
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
        ("AccessToken", "ArmTokenAuthentication", "Audience", "AzureMLTokenAuthentication"),
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
            "compare_profiles",
            "create_snapshot",
            "definition",
            "definition_version",
            "delete_snapshot",
            "deprecate",
            "diff",
            "from_binary_files",
            "from_excel_files",
            "from_sql_query",
            "generate_profile",
            "get_all_snapshots",
            "get_definition",
            "get_definitions",
            "get_profile",
            "get_snapshot",
            "is_visible",
            "reactivate",
            "sample",
            "state",
            "update_definition",
            "workspace",
        ),
        "It belongs to datasets as they were before version 1.0.",
        "Use Dataset.Tabular or Dataset.File.",
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
