"""DataReference: a path in a datastore as a job sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.names import check_input_name
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.digest import digest_json

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.runconfig import DataReferenceConfiguration
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
    from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding

MODES = ("mount", "download", "upload")


class DataReference:
    """A path in a datastore and how it reaches a job. As text it is the placeholder for its path in arguments.

    Args:
        datastore: Where.
        data_reference_name: Name of the variable that holds its path; the datastore's name without it, or one that
            follows from datastore and path when there is a path.
        path_on_datastore: Path below the datastore; all of it without one.
        mode: ``mount``, ``download`` or ``upload``.
        path_on_compute: Where the data is to lie on the machine that runs the job.
        overwrite: Whether files that lie there already are replaced.

    Raises:
        UserErrorException: The mode is unknown, or the name cannot be a variable's.
    """

    def __init__(
        self,
        datastore: AbstractAzureStorageDatastore,
        data_reference_name: str | None = None,
        path_on_datastore: str | None = None,
        mode: str = "mount",
        path_on_compute: str | None = None,
        overwrite: bool = False,
    ) -> None:
        if mode not in MODES:
            message = f"The mode of a DataReference is one of {', '.join(MODES)}. Received: {mode!r}."
            raise UserErrorException(message)
        self.datastore = datastore
        self.data_reference_name = _name(datastore, data_reference_name, path_on_datastore)
        self.path_on_datastore = path_on_datastore
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.data_reference_name}"

    def __repr__(self) -> str:
        place = f"{self.datastore.name}/{self.path_on_datastore or ''}"
        return f"DataReference({self.data_reference_name!r}, {place!r}, mode={self.mode!r})"

    @staticmethod
    def create(
        data_reference_name: str | None = None,
        datapath: DataPath | None = None,
        datapath_compute_binding: DataPathComputeBinding | None = None,
    ) -> DataReference:
        """A reference from a data path and how it is bound.

        Raises:
            UserErrorException: No datapath.
        """
        if datapath is None:
            message = "datapath must be a DataPath. Received: None."
            raise UserErrorException(message)
        return datapath.create_data_reference(data_reference_name, datapath_compute_binding)

    def path(self, path: str | None = None, data_reference_name: str | None = None) -> DataReference:
        """A reference to a path below this one."""
        parts = [part.strip("/") for part in (self.path_on_datastore, path) if part]
        return DataReference(self.datastore, data_reference_name, "/".join(parts) or None, self.mode)

    def as_mount(self) -> DataReference:
        """The same data, read in place."""
        return self._with_mode("mount", None, self.overwrite)

    def as_download(self, path_on_compute: str | None = None, overwrite: bool = False) -> DataReference:
        """The same data, copied before the job starts."""
        return self._with_mode("download", path_on_compute, overwrite)

    def as_upload(self, path_on_compute: str | None = None, overwrite: bool = False) -> DataReference:
        """The same place, written by the job."""
        return self._with_mode("upload", path_on_compute, overwrite)

    def to_config(self) -> DataReferenceConfiguration:
        """The same as an entry of a run configuration's ``data_references``."""
        from hyperstep.azureml_v1.core.runconfig import DataReferenceConfiguration  # noqa: PLC0415 - it knows us

        return DataReferenceConfiguration(
            datastore_name=self.datastore.name,
            mode=self.mode,
            path_on_datastore=self.path_on_datastore,
            path_on_compute=self.path_on_compute,
            overwrite=self.overwrite,
        )

    def _with_mode(self, mode: str, path_on_compute: str | None, overwrite: bool) -> DataReference:
        return DataReference(
            self.datastore, self.data_reference_name, self.path_on_datastore, mode, path_on_compute, overwrite
        )


def _name(datastore: AbstractAzureStorageDatastore, name: str | None, path: str | None) -> str:
    if name:
        return check_input_name(name)
    return check_input_name(f"a{digest_json([datastore.name, path])[:31]}") if path else datastore.name


def path_inside(path: str, rule: str) -> str:
    """The path with single forward slashes, none at its ends; empty for all of the datastore.

    Args:
        path: As given.
        rule: What an error says of it.

    Raises:
        UserErrorException: It leads out of the datastore.
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts:
        message = f"{rule} Received: {path!r}."
        raise UserErrorException(message)
    return "/".join(parts)
