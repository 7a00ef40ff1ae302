"""The names of ``azureml.data``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DataType": "hyperstep.azureml_v1.data.data_type",
        "DatacacheStore": "hyperstep.azureml_v1.data.datacache",
        "FileDataset": "hyperstep.azureml_v1.data.file_dataset",
        "HDFSOutputDatasetConfig": "hyperstep.azureml_v1.data.hdfs_output_config",
        "LinkFileOutputDatasetConfig": "hyperstep.azureml_v1.data.link_output_config",
        "LinkTabularOutputDatasetConfig": "hyperstep.azureml_v1.data.link_output_config",
        "OutputFileDatasetConfig": "hyperstep.azureml_v1.data.output_dataset_config",
        "TabularDataset": "hyperstep.azureml_v1.data.tabular_dataset",
    },
)
