"""The estimators of neural networks: PyTorch, Chainer, TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from hyperstep.azureml_v1.train.framework_estimator import FrameworkEstimator, given_settings

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.data.datapath import DataPath
    from hyperstep.azureml_v1.train.distributed_training import DistributedTraining


class _SeveralNodes(FrameworkEstimator):
    """What PyTorch and Chainer take."""

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        *,
        compute_target: object = None,
        vm_size: str | None = None,
        vm_priority: str | None = None,
        entry_script: str | None = None,
        script_params: Mapping[str, Any] | None = None,
        node_count: int = 1,
        process_count_per_node: int = 1,
        distributed_backend: str | None = None,
        distributed_training: DistributedTraining | None = None,
        use_gpu: bool = False,
        use_docker: bool = True,
        custom_docker_base_image: str | None = None,
        custom_docker_image: str | None = None,
        image_registry_details: object = None,
        user_managed: bool = False,
        conda_packages: Sequence[str] | None = None,
        pip_packages: Sequence[str] | None = None,
        conda_dependencies_file_path: str | None = None,
        pip_requirements_file_path: str | None = None,
        conda_dependencies_file: str | None = None,
        pip_requirements_file: str | None = None,
        environment_variables: Mapping[str, str] | None = None,
        environment_definition: Environment | None = None,
        inputs: Sequence[Any] | None = None,
        source_directory_data_store: object = None,
        shm_size: str | None = None,
        resume_from: DataPath | None = None,
        max_run_duration_seconds: int | None = None,
        framework_version: str | None = None,
        _enable_optimized_mode: bool = False,
        _disable_validation: bool = True,
        _show_lint_warnings: bool = False,
        _show_package_warnings: bool = False,
    ) -> None:
        super().__init__(**given_settings(locals()))


class PyTorch(_SeveralNodes):
    """A PyTorch script.

    Args:
        source_directory: Folder of the script. All that follow are given by keyword, and mean what they mean for
            Estimator.
        framework_version: Accepted; the version that the current interpreter has is used, which is said.

    Raises:
        TrainingException: As for Estimator.
        UserErrorException: As for Estimator.
    """

    FRAMEWORK_NAME: ClassVar[str] = "PyTorch"
    DEFAULT_VERSION: ClassVar[str] = "1.4"
    _package: ClassVar[str] = "torch"


class Chainer(_SeveralNodes):
    """A Chainer script.

    Args:
        source_directory: Folder of the script. All that follow are given by keyword, and mean what they mean for
            Estimator.
        framework_version: Accepted; the version that the current interpreter has is used, which is said.

    Raises:
        TrainingException: As for Estimator.
        UserErrorException: As for Estimator.
    """

    FRAMEWORK_NAME: ClassVar[str] = "Chainer"
    DEFAULT_VERSION: ClassVar[str] = "5.1.0"
    _package: ClassVar[str] = "chainer"


class TensorFlow(FrameworkEstimator):
    """A TensorFlow script.

    Args:
        source_directory: Folder of the script. All that follow are given by keyword, and mean what they mean for
            Estimator.
        worker_count: Accepted; one process is started, which is said.
        parameter_server_count: Accepted; one process is started, which is said.
        framework_version: Accepted; the version that the current interpreter has is used, which is said.

    Raises:
        TrainingException: As for Estimator.
        UserErrorException: As for Estimator.
    """

    FRAMEWORK_NAME: ClassVar[str] = "TensorFlow"
    DEFAULT_VERSION: ClassVar[str] = "1.13"
    _package: ClassVar[str] = "tensorflow"

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        *,
        compute_target: object = None,
        vm_size: str | None = None,
        vm_priority: str | None = None,
        entry_script: str | None = None,
        script_params: Mapping[str, Any] | None = None,
        node_count: int = 1,
        process_count_per_node: int = 1,
        worker_count: int = 1,
        parameter_server_count: int = 1,
        distributed_backend: str | None = None,
        distributed_training: DistributedTraining | None = None,
        use_gpu: bool = False,
        use_docker: bool = True,
        custom_docker_base_image: str | None = None,
        custom_docker_image: str | None = None,
        image_registry_details: object = None,
        user_managed: bool = False,
        conda_packages: Sequence[str] | None = None,
        pip_packages: Sequence[str] | None = None,
        conda_dependencies_file_path: str | None = None,
        pip_requirements_file_path: str | None = None,
        conda_dependencies_file: str | None = None,
        pip_requirements_file: str | None = None,
        environment_variables: Mapping[str, str] | None = None,
        environment_definition: Environment | None = None,
        inputs: Sequence[Any] | None = None,
        source_directory_data_store: object = None,
        shm_size: str | None = None,
        resume_from: DataPath | None = None,
        max_run_duration_seconds: int | None = None,
        framework_version: str | None = None,
        _enable_optimized_mode: bool = False,
        _disable_validation: bool = True,
        _show_lint_warnings: bool = False,
        _show_package_warnings: bool = False,
    ) -> None:
        super().__init__(**given_settings(locals()))
