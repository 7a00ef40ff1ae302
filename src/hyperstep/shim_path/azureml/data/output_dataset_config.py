"""The names of ``azureml.data.output_dataset_config``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "HDFSOutputDatasetConfig": "hyperstep.azureml_v1.data.hdfs_output_config",
        "LinkFileOutputDatasetConfig": "hyperstep.azureml_v1.data.link_output_config",
        "LinkTabularOutputDatasetConfig": "hyperstep.azureml_v1.data.link_output_config",
        "MountOptions": "hyperstep.azureml_v1.data.output_dataset_config",
        "OutputDatasetConfig": "hyperstep.azureml_v1.data.output_dataset_config",
        "OutputFileDatasetConfig": "hyperstep.azureml_v1.data.output_dataset_config",
        "OutputTabularDatasetConfig": "hyperstep.azureml_v1.data.output_dataset_config",
        "RegistrationConfiguration": "hyperstep.azureml_v1.data.output_dataset_config",
        "TransformationMixin": "hyperstep.azureml_v1.data.output_dataset_config",
        "UploadOptions": "hyperstep.azureml_v1.data.output_dataset_config",
    },
)
