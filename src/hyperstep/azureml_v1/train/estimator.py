"""Estimator: the older way to describe a script, its packages and its target. ScriptRunConfig is the newer one."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.distributed_training import DistributedTraining, check_distributed_training
from hyperstep.azureml_v1.train.estimator_arguments import add_inputs, params_to_arguments
from hyperstep.azureml_v1.train.estimator_environment import EnvironmentRequest, build_environment
from hyperstep.azureml_v1.train.estimator_run_config import check_script, local_target, say_one_process

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.script_run import ScriptRun
    from hyperstep.azureml_v1.data.datapath import DataPath

_logger = logging.getLogger("hyperstep.azureml")


class MMLBaseEstimator:
    """What all estimators have: a source folder and a run configuration.

    Args:
        source_directory: Folder of the script; the current one without it.
        compute_target: Where it runs.
        estimator_config: Everything else.
    """

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        *,
        compute_target: object,
        estimator_config: RunConfiguration | None = None,
    ) -> None:
        self._source_directory = os.fspath(source_directory) if source_directory else "."
        self._run_config = estimator_config if estimator_config is not None else RunConfiguration()
        self._run_config.target = compute_target

    @property
    def source_directory(self) -> str:
        """Folder of the script."""
        return self._source_directory

    @property
    def run_config(self) -> RunConfiguration:
        """Script, arguments, environment and target."""
        return self._run_config

    @property
    def conda_dependencies(self) -> CondaDependencies | None:
        """The packages of its environment."""
        return self._run_config.environment.python.conda_dependencies

    def _as_script(self) -> ScriptRunConfig:
        """The same as a ScriptRunConfig."""
        return ScriptRunConfig(self._source_directory, run_config=self._run_config)

    def _submit(
        self,
        experiment: Experiment,
        tags: Mapping[str, object] | None = None,
        **kwargs: Any,  # noqa: ANN401 - v1's
    ) -> ScriptRun:
        return self._as_script()._submit(experiment, tags=tags, **kwargs)  # noqa: SLF001 - the protocol of submit


class Estimator(MMLBaseEstimator):
    """A script with its packages and target.

    Containers, registries, machine sizes and distribution are accepted and have no effect here: the script runs with
    the interpreter that submits it, in one process.

    Args:
        source_directory: Folder of the script.
        compute_target: Where it runs: an object or a name. Needed unless ``vm_size`` is given.
        vm_size: Accepted in place of a compute target; the script then runs locally.
        vm_priority: No effect.
        entry_script: The script, relative to the folder.
        script_params: Arguments by name. A list gives several values to one name, an empty text gives none.
        node_count: No effect but a logged warning above 1.
        process_count_per_node: No effect but a logged warning above 1.
        distributed_backend: No effect but a logged warning.
        distributed_training: No effect but a logged warning.
        use_gpu: No effect.
        use_docker: No effect.
        custom_docker_base_image: No effect.
        custom_docker_image: No effect.
        image_registry_details: No effect.
        user_managed: Whether the interpreter is used as it is.
        conda_packages: Packages of the environment.
        pip_packages: Packages of the environment.
        conda_dependencies_file_path: Old name of ``conda_dependencies_file``.
        pip_requirements_file_path: Old name of ``pip_requirements_file``.
        conda_dependencies_file: File with the environment's packages, relative to the folder.
        pip_requirements_file: File with the environment's packages, relative to the folder.
        environment_variables: Variables that the script gets.
        environment_definition: The whole environment, instead of packages.
        inputs: Dataset inputs and data references.
        source_directory_data_store: No effect.
        shm_size: No effect.
        resume_from: A DataPath with a model to start from, when it is submitted by itself.
        max_run_duration_seconds: After this many seconds the script is ended.
        _disable_validation: Accepted and not used.
        _show_lint_warnings: Accepted and not used.
        _show_package_warnings: Accepted and not used.

    Raises:
        TrainingException: No entry script; neither compute target nor machine size; script_params that are no dict;
            an environment beside packages; a file of packages by both its names; a distribution of another type.
        UserErrorException: An input that is none.
    """

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        *,
        compute_target: object = None,
        vm_size: str | None = None,
        vm_priority: str | None = None,  # noqa: ARG002 - no machines are rented here
        entry_script: str | None = None,
        script_params: Mapping[str, Any] | None = None,
        node_count: int = 1,
        process_count_per_node: int = 1,
        distributed_backend: str | None = None,
        distributed_training: DistributedTraining | None = None,
        use_gpu: bool = False,  # noqa: ARG002 - scripts see the machine as it is
        use_docker: bool = True,  # noqa: ARG002 - no containers here
        custom_docker_base_image: str | None = None,  # noqa: ARG002
        custom_docker_image: str | None = None,  # noqa: ARG002
        image_registry_details: object = None,  # noqa: ARG002
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
        source_directory_data_store: object = None,  # noqa: ARG002 - the folder is taken as a snapshot
        shm_size: str | None = None,  # noqa: ARG002
        resume_from: DataPath | None = None,
        max_run_duration_seconds: int | None = None,
        _disable_validation: bool = True,
        _show_lint_warnings: bool = False,
        _show_package_warnings: bool = False,
    ) -> None:
        _logger.warning("Estimators are deprecated in v1; ScriptRunConfig and Environment take their place.")
        check_script(entry_script, compute_target, vm_size)
        check_distributed_training(distributed_training)
        say_one_process(node_count, process_count_per_node, distributed_backend, distributed_training)
        _check_files(
            conda_dependencies_file=(conda_dependencies_file, conda_dependencies_file_path),
            pip_requirements_file=(pip_requirements_file, pip_requirements_file_path),
        )
        run_config = RunConfiguration(script=entry_script, arguments=params_to_arguments(script_params))
        request = EnvironmentRequest(
            folder=os.fspath(source_directory) if source_directory else ".",
            definition=environment_definition,
            conda_packages=conda_packages,
            pip_packages=pip_packages,
            conda_file=conda_dependencies_file or conda_dependencies_file_path,
            pip_file=pip_requirements_file or pip_requirements_file_path,
            user_managed=user_managed,
            variables=environment_variables or {},
        )
        run_config.environment = build_environment(request, run_config.environment)
        run_config.max_run_duration_seconds = max_run_duration_seconds
        add_inputs(run_config, inputs or ())
        self._resume_from = resume_from
        super().__init__(source_directory, compute_target=local_target(compute_target), estimator_config=run_config)

    def _as_script(self) -> ScriptRunConfig:
        return ScriptRunConfig(self.source_directory, run_config=self.run_config, resume_from=self._resume_from)


def _check_files(**names: tuple[str | None, str | None]) -> None:
    for name, (new, old) in names.items():
        if old is not None:
            _logger.warning("%s_path is the old name of %s.", name, name)
        if new is not None and old is not None:
            message = f"{name} is given by its new and its old name. Received: {new!r}, {old!r}. Leave one out."
            raise TrainingException(message)
