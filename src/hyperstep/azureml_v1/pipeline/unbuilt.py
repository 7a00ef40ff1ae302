"""Names of v1 that scripts import and that are not built: the import works, the first use says what to do instead."""

from __future__ import annotations

from typing import ClassVar, Never

from hyperstep.errors import UnsupportedError


class _Refusing(type):
    """Makes the attributes of a class fail as its construction does."""

    remedy: str

    def __getattr__(cls, name: str) -> Never:
        if name.startswith("__"):
            raise AttributeError(name)  # what Python itself looks for must look absent
        _refuse(cls.__name__, cls.remedy)


class Unbuilt(metaclass=_Refusing):
    """Base of the names that are not built.

    Raises:
        UnsupportedError: At each use; the message says what to do instead.
    """

    remedy: ClassVar[str] = "Leave it out."

    def __init__(self, *args: object, **kwargs: object) -> None:  # noqa: ARG002 - refused whatever is given
        _refuse(type(self).__name__, self.remedy)


class _StoredModule(Unbuilt):
    remedy = "Use a PythonScriptStep."


class Module(_StoredModule):
    """A stored script with versions."""


class ModuleVersion(_StoredModule):
    """A version of a stored script."""


class ModuleVersionDescriptor(_StoredModule):
    """A version of a stored script and its id."""


class ModuleStep(_StoredModule):
    """A step that runs a stored script."""


class DataSource(Unbuilt):
    """A stored piece of data in a graph."""


class DataSourceDef(DataSource):
    """What a stored piece of data is."""


class DataType(Unbuilt):
    """A type of data that the service knows."""


class _CloudStep(Unbuilt):
    remedy = "Its service is not part of a local run. Use a PythonScriptStep."


class AdlaStep(_CloudStep):
    """Runs a U-SQL script."""


class AzureBatchStep(_CloudStep):
    """Runs a program on Azure Batch."""


class DataTransferStep(_CloudStep):
    """Copies data between storages."""


class DatabricksStep(_CloudStep):
    """Runs a notebook on Databricks."""


class KustoStep(_CloudStep):
    """Runs a query on Azure Data Explorer."""


class MpiStep(_CloudStep):
    """Runs a script on several nodes."""


class RScriptStep(_CloudStep):
    """Runs an R script."""


class SynapseSparkStep(_CloudStep):
    """Runs a script on Spark."""


class ParallelRunConfig(_CloudStep):
    """How a script runs over batches of data."""


class ParallelRunStep(_CloudStep):
    """Runs a script over batches of data."""


def _refuse(name: str, remedy: str) -> Never:
    rule = f"{name} is not built."
    raise UnsupportedError(rule, remedy=remedy)
