"""The run configuration that an estimator's arguments ask for."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.compute import target_name
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.estimator_arguments import add_inputs, params_to_arguments
from hyperstep.azureml_v1.train.estimator_environment import EnvironmentRequest, build_environment

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment

_logger = logging.getLogger("hyperstep.azureml")
_AMLCOMPUTE = "amlcompute"


class MMLBaseEstimatorRunConfig(RunConfiguration):
    """A run configuration from an estimator's arguments; they mean what they mean for Estimator.

    Raises:
        TrainingException: No entry script; neither compute target nor machine size; script_params that are no dict;
            an environment beside packages.
        UserErrorException: An input that is none.
    """

    def __init__(
        self,
        compute_target: object,
        vm_size: str | None = None,
        vm_priority: str | None = None,
        entry_script: str | None = None,
        script_params: Mapping[str, Any] | None = None,
        node_count: int | None = None,
        process_count_per_node: int | None = None,
        distributed_backend: str | None = None,
        use_gpu: bool | None = None,
        use_docker: bool | None = None,
        custom_docker_base_image: str | None = None,
        custom_docker_image: str | None = None,
        image_registry_details: object = None,
        user_managed: bool = False,
        conda_packages: Sequence[str] | None = None,
        pip_packages: Sequence[str] | None = None,
        environment_definition: Environment | None = None,
        inputs: Sequence[Any] | None = None,
        source_directory_data_store: object = None,
        shm_size: str | None = None,
    ) -> None:
        del vm_priority, use_gpu, use_docker, custom_docker_base_image, custom_docker_image, image_registry_details
        del source_directory_data_store, shm_size
        check_script(entry_script, compute_target, vm_size)
        super().__init__(script=entry_script, arguments=params_to_arguments(script_params))
        say_one_process(node_count or 1, process_count_per_node or 1, distributed_backend)
        request = EnvironmentRequest(
            definition=environment_definition,
            conda_packages=conda_packages,
            pip_packages=pip_packages,
            user_managed=user_managed,
        )
        self.environment = build_environment(request, self.environment)
        self.target = local_target(compute_target)
        add_inputs(self, inputs or ())


def check_script(entry_script: object, compute_target: object, vm_size: object) -> None:
    """See that there is a script, and a place to run it.

    Raises:
        TrainingException: There is not.
    """
    if not isinstance(entry_script, str) or not entry_script:
        message = f"An Estimator needs an entry_script, relative to its source_directory. Received: {entry_script!r}."
        raise TrainingException(message)
    if compute_target is None and vm_size is None:
        message = "An Estimator needs a compute_target (or vm_size). Give compute_target='local' to run here."
        raise TrainingException(message)


def say_one_process(node_count: int, process_count_per_node: int, *distribution: object) -> None:
    """Log that one process is started where several are asked for."""
    if node_count > 1 or process_count_per_node > 1 or any(distribution):
        _logger.warning("The estimator asks for several processes; one is started here.")


def local_target(compute_target: object) -> object:
    """The target, or None for the cluster that v1 would make for one run."""
    return None if target_name(compute_target) == _AMLCOMPUTE else compute_target
