"""The names of ``azureml.data.azure_storage_datastore``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AbstractAzureStorageDatastore": "hyperstep.azureml_v1.data.azure_storage_datastore",
        "AzureBlobDatastore": "hyperstep.azureml_v1.data.azure_storage_datastore",
        "AzureFileDatastore": "hyperstep.azureml_v1.data.azure_storage_datastore",
    },
)
