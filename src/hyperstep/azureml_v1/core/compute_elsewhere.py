"""Compute targets that are elsewhere: they can be imported, and using one is refused with the way that there is."""

from __future__ import annotations

from typing import NoReturn

from hyperstep.azureml_v1.core.compute import ComputeTarget
from hyperstep.azureml_v1.exceptions import ComputeTargetException


class ElsewhereCompute(ComputeTarget):
    """A compute target that is not this machine.

    Args:
        workspace: Whose.
        name: Which.

    Raises:
        ComputeTargetException: There is none of that name.
    """

    @classmethod
    def provisioning_configuration(cls, *args: object, **kwargs: object) -> NoReturn:
        """Refused.

        Raises:
            ComputeTargetException: Always.
        """
        del args, kwargs
        raise _refusal(cls.__name__)

    @classmethod
    def attach_configuration(cls, *args: object, **kwargs: object) -> NoReturn:
        """Refused.

        Raises:
            ComputeTargetException: Always.
        """
        del args, kwargs
        raise _refusal(cls.__name__)


def _refusal(name: str) -> ComputeTargetException:
    message = (
        f"{name} is not this machine, and hyperstep runs jobs on this machine only. Make a target with "
        "ComputeTarget.create(workspace, name, AmlCompute.provisioning_configuration(...))."
    )
    return ComputeTargetException(message)


class AdlaCompute(ElsewhereCompute):
    """Azure Data Lake Analytics."""


class AksCompute(ElsewhereCompute):
    """A Kubernetes service for deployment."""


class BatchCompute(ElsewhereCompute):
    """Azure Batch."""


class DataFactoryCompute(ElsewhereCompute):
    """Azure Data Factory."""


class DatabricksCompute(ElsewhereCompute):
    """Databricks."""


class DsvmCompute(ElsewhereCompute):
    """A data science virtual machine."""


class HDInsightCompute(ElsewhereCompute):
    """HDInsight."""


class KubernetesCompute(ElsewhereCompute):
    """Kubernetes."""


class KustoCompute(ElsewhereCompute):
    """Azure Data Explorer."""


class RemoteCompute(ElsewhereCompute):
    """Another machine."""


class SynapseCompute(ElsewhereCompute):
    """A Synapse pool."""
