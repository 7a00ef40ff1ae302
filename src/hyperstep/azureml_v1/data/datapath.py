"""DataPath: a path in a datastore, and how it is bound when a job needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.data.data_reference import MODES, DataReference
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore


class DataPath:
    """A path in a datastore.

    Args:
        datastore: Where.
        path_on_datastore: Path below it.
        name: A name for people to read.
    """

    def __init__(
        self,
        datastore: AbstractAzureStorageDatastore | None = None,
        path_on_datastore: str | None = None,
        name: str | None = None,
    ) -> None:
        self._datastore = datastore
        self._path_on_datastore = path_on_datastore
        self._name = name

    def __repr__(self) -> str:
        return f"DataPath({self.datastore_name!r}, {self._path_on_datastore!r})"

    @property
    def datastore(self) -> AbstractAzureStorageDatastore | None:
        """Where."""
        return self._datastore

    @property
    def datastore_name(self) -> str | None:
        """Name of the datastore."""
        return self._datastore.name if self._datastore is not None else None

    @property
    def path_on_datastore(self) -> str | None:
        """Path below it."""
        return self._path_on_datastore

    @staticmethod
    def create_from_data_reference(data_reference: DataReference) -> DataPath:
        """The path that a reference points to."""
        return DataPath(data_reference.datastore, data_reference.path_on_datastore, data_reference.data_reference_name)

    def create_data_reference(
        self,
        data_reference_name: str | None = None,
        datapath_compute_binding: DataPathComputeBinding | None = None,
    ) -> DataReference:
        """A reference to this path.

        Raises:
            UserErrorException: The path has no datastore.
        """
        if self._datastore is None:
            message = f"A DataPath needs a datastore to be used. Received: {self!r}."
            raise UserErrorException(message)
        binding = datapath_compute_binding or DataPathComputeBinding()
        return DataReference(
            self._datastore,
            data_reference_name or self._name,
            self._path_on_datastore,
            binding.mode,
            binding.path_on_compute,
            binding.overwrite,
        )


class DataPathComputeBinding:
    """How a data path reaches a job.

    Args:
        mode: ``mount``, ``download`` or ``upload``.
        path_on_compute: Where the data is to lie on the machine that runs the job.
        overwrite: Whether files that lie there already are replaced.

    Raises:
        UserErrorException: The mode is unknown.
    """

    def __init__(self, mode: str = "mount", path_on_compute: str | None = None, overwrite: bool = False) -> None:
        if mode not in MODES:
            message = f"The mode of a data path is one of {', '.join(MODES)}. Received: {mode!r}."
            raise UserErrorException(message)
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    @staticmethod
    def create_from_data_reference(data_reference: DataReference) -> DataPathComputeBinding:
        """How a reference is bound."""
        return DataPathComputeBinding(data_reference.mode, data_reference.path_on_compute, data_reference.overwrite)

    def create_data_reference(
        self, data_reference_name: str | None = None, datapath: DataPath | None = None
    ) -> DataReference:
        """A reference to ``datapath``, bound this way.

        Raises:
            UserErrorException: No datapath.
        """
        return DataReference.create(data_reference_name, datapath, self)
