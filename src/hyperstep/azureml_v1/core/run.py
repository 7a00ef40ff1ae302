"""Run: reading a run's records, and changing them. A training script can load this without the engine."""

from __future__ import annotations

from hyperstep.azureml_v1.core.run_lifecycle import RunLifecycle

TYPE_CHECKING = False  # a name that type checkers know; ``typing`` itself costs milliseconds
if TYPE_CHECKING:
    import builtins
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from hyperstep.azureml_v1.core.compute import ComputeTarget
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.model import Model
    from hyperstep.azureml_v1.core.run_factory import Filter
    from hyperstep.azureml_v1.core.workspace import Workspace

# Each method loads what it needs when it is called, so that importing this module stays light:
# ruff: noqa: PLC0415


class Run(RunLifecycle):
    """A recorded run: its state, metrics, files, children, and what can be changed about it.

    Args:
        experiment: Its experiment.
        run_id: Its id.
        outputs: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    @staticmethod
    def get(workspace: Workspace, run_id: str) -> Run:
        """The run of that id, as the class that fits it.

        Raises:
            ServiceException: No run has that id.
        """
        from hyperstep.azureml_v1.core.run_factory import find_run

        return find_run(workspace, run_id)

    @staticmethod
    def list(
        experiment: Experiment,
        type: str | None = None,  # noqa: A002 - the v1 signature
        tags: Filter = None,
        properties: Filter = None,
        status: str | None = None,
        include_children: bool = False,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Run]:
        """An experiment's runs, newest first."""
        from hyperstep.azureml_v1.core.run_factory import list_runs

        return list_runs(
            experiment, kind=type, tags=tags, properties=properties, status=status, include_children=include_children
        )

    @staticmethod
    def list_by_compute(
        compute: ComputeTarget,
        type: str | None = None,  # noqa: A002 - the v1 signature
        tags: Filter = None,
        properties: Filter = None,
        status: str | None = None,
    ) -> Iterator[Run]:
        """The runs that were submitted to a compute target, newest first."""
        from hyperstep.azureml_v1.core.run_factory import list_runs_on

        return list_runs_on(compute, kind=type, tags=tags, properties=properties, status=status)

    @staticmethod
    def add_type_provider(runtype: str, run_factory: Callable[..., Any]) -> None:
        """Have runs of a type made by a function of the experiment and the run's details."""
        from hyperstep.azureml_v1.core.run_factory import type_providers

        type_providers[runtype] = run_factory

    @classmethod
    def get_context(cls, allow_offline: bool = True, used_for_context_manager: bool = False, **kwargs: object) -> Any:  # noqa: ANN401 - a job's run, or an offline one
        """The run that this process executes, else an offline run.

        Raises:
            RunEnvironmentException: The process is no job, and ``allow_offline`` is False.
        """
        from hyperstep_trial.run import Run as JobRun

        return JobRun.get_context(allow_offline, used_for_context_manager, **kwargs)

    @classmethod
    def get_submitted_run(cls, **kwargs: object) -> Any:  # noqa: ANN401 - see get_context
        """The same as ``get_context``, under its old name."""
        return cls.get_context(**kwargs)  # type: ignore[arg-type]

    @property
    def parent(self) -> Run | None:
        """The run above; None at the top."""
        from hyperstep.azureml_v1.core.run_factory import find_run

        parent_id = self._identity().parent_id
        return find_run(self._experiment.workspace, parent_id) if parent_id else None

    def get_children(
        self,
        recursive: bool = False,
        tags: Filter = None,
        properties: Filter = None,
        type: str | None = None,  # noqa: A002 - the v1 signature
        status: str | None = None,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Run]:
        """The runs below, newest first; filtered where something is given.

        Args:
            recursive: Those below them too.
            tags: A tag's name, several names, or names with values.
            properties: The same for properties.
            type: As ``type`` of a run.
            status: As ``status`` of a run.
        """
        from hyperstep.azureml_v1.core.run_factory import list_children

        return list_children(
            self._source, recursive=recursive, tags=tags, properties=properties, kind=type, status=status
        )

    def get_details(self) -> dict[str, Any]:
        """Id, status, times, properties, definition (with the flat list of arguments), log files, error."""
        from hyperstep.azureml_v1.core.run_details import details

        return details(self._source)

    def get_details_with_logs(self) -> dict[str, Any]:
        """The same, with each log's text instead of its path."""
        from hyperstep.azureml_v1.core.run_details import details, log_text

        found = details(self._source)
        found["logFiles"] = {name: log_text(self._source, name) for name in found["logFiles"]}
        return found

    def get_detailed_status(self) -> dict[str, Any]:
        """Status, and why."""
        record = self._record()
        return {"status": record.status.value, "details": record.reason, "queueingInfo": None}

    def get_environment(self) -> Environment:
        """The environment that it was submitted with.

        Raises:
            UserErrorException: It has none.
        """
        from hyperstep.azureml_v1.core.environment import environment_of
        from hyperstep.azureml_v1.exceptions import UserErrorException

        definition = self._source.code().get("environment")
        if not definition:
            message = f"Run {self._run_id} was submitted without an environment."
            raise UserErrorException(message)
        return environment_of(definition)

    def get_snapshot_id(self) -> str | None:
        """Digest of its source folder; None when it has none."""
        return self._record().properties.get("ContentSnapshotId") or self._source.code().get("snapshot")

    def take_snapshot(self, file_or_folder_path: str | os.PathLike[str]) -> str:
        """Keep a copy of a file or folder as the run's snapshot; returns its digest.

        Raises:
            SnapshotException: The folder is over a limit.
            UserErrorException: Nothing is there.
        """
        from hyperstep.azureml_v1.core.run_snapshots import take

        digest = take(self._source, file_or_folder_path)
        self._records().write({"kind": "property", "name": "ContentSnapshotId", "value": digest})
        self._cached = None
        return digest

    def restore_snapshot(self, snapshot_id: str | None = None, path: str | os.PathLike[str] | None = None) -> str:
        """Write a snapshot as a ZIP archive; returns its path.

        Args:
            snapshot_id: Its digest; the run's own snapshot without it.
            path: The archive's path when it ends in ``.zip``, else the folder to put it in; the current one without it.

        Raises:
            SnapshotException: There is no such snapshot.
        """
        from hyperstep.azureml_v1.core.run_snapshots import restore

        return restore(self._source, snapshot_id or self.get_snapshot_id(), path)

    def clean(self) -> builtins.list[str]:
        """Remove what its processes left in their working folders; the files of the run stay. Returns the folders.

        Raises:
            UserErrorException: It has not ended.
        """
        from hyperstep.azureml_v1.core.run_snapshots import clean

        return clean(self._source)

    def get_secret(self, name: str) -> str:
        """A secret of the workspace.

        Raises:
            UserErrorException: It is not known; the message says how to give it.
        """
        from hyperstep.azureml_v1.core.keyvault import Keyvault

        return Keyvault(self._experiment.workspace).get_secret(name)

    def get_secrets(self, secrets: Sequence[str]) -> dict[str, str | None]:
        """Secrets of the workspace by name; None for those that are not known."""
        from hyperstep.azureml_v1.core.keyvault import Keyvault

        return Keyvault(self._experiment.workspace).get_secrets(secrets)

    def get_metrics(
        self, name: str | None = None, recursive: bool = False, run_type: str | None = None, populate: bool = False
    ) -> dict[str, Any]:
        """What it logged, by metric name; with ``recursive``, by run id and then by name.

        Args:
            name: Only this metric.
            recursive: Of the runs below too.
            run_type: With ``recursive``: only of runs of this type.
            populate: Give files as objects instead of texts.
        """
        from hyperstep.azureml_v1.core.run_metrics import shaped
        from hyperstep.azureml_v1.core.run_source import RUN_TYPES

        source = self._source
        if not recursive:
            return shaped(source.journal.metrics(self._run_id, name=name), populate=populate)
        runs = [source.record(), *source.children(recursive=True)]
        fitting = [run.id for run in runs if run_type in {None, RUN_TYPES[run.kind]}]
        return {run_id: shaped(source.journal.metrics(run_id, name=name), populate=populate) for run_id in fitting}

    def get_file_names(self) -> builtins.list[str]:
        """Names of its files, sorted."""
        from hyperstep.azureml_v1.core.run_files import files

        return [file.path for file in files(self._source)]

    def download_file(
        self, name: str, output_file_path: str | os.PathLike[str] | None = None, _validate_checksum: bool = False
    ) -> None:
        """Copy one of its files to a path or into a folder; without one into the current folder.

        Raises:
            UserErrorException: It has no such file; the message lists those it has.
        """
        from hyperstep.azureml_v1.core.run_files import download_file

        download_file(self._source, name, output_file_path)

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: str | os.PathLike[str] | None = None,
        output_paths: Sequence[str] | None = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: int | None = None,
    ) -> None:
        """Copy the files in one of its folders, or all.

        Args:
            prefix: Name of the folder within the run; all without it.
            output_directory: Where to; the current folder without it.
            output_paths: A path for each file, in order of names, instead.
            batch_size: Accepted and not used.
            append_prefix: Keep the folder's own name in the copies' paths.
            timeout_seconds: Accepted and not used.

        Raises:
            UserErrorException: No file is there, or the paths are not as many as the files.
        """
        from hyperstep.azureml_v1.core.run_files import download_files

        del batch_size, timeout_seconds
        download_files(self._source, prefix, output_directory, output_paths, append_prefix=append_prefix)

    def get_all_logs(self, destination: str | os.PathLike[str] | None = None) -> builtins.list[str]:
        """Copy all its logs into a folder; returns their paths."""
        from hyperstep.azureml_v1.core.run_files import all_logs

        return all_logs(self._source, destination)

    def register_model(
        self,
        model_name: str,
        model_path: str | None = None,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        description: str | None = None,
        datasets: Sequence[Any] | None = None,
        sample_input_dataset: Any = None,  # noqa: ANN401 - any dataset class
        sample_output_dataset: Any = None,  # noqa: ANN401
        resource_configuration: object = None,
        **kwargs: object,
    ) -> Model:
        """Register some of its files as a new version of a model.

        Args:
            model_name: Letters, digits, ``-``, ``.``, ``_``.
            model_path: Name of a file or folder of the run; the model's name without it.
            tags: Of the model.
            properties: Of the model.
            model_framework: What it was made with.
            model_framework_version: In which version.
            description: Of the model.
            datasets: Pairs of a purpose ("training" …) and a dataset.
            sample_input_dataset: What it takes, for example.
            sample_output_dataset: What it gives, for example.
            resource_configuration: Kept.
            **kwargs: Accepted and not used.

        Raises:
            ModelPathNotFoundException: The run has no such file or folder; the message lists its files.
            WebserviceException: The name breaks the rule, or a framework version comes without a framework.
        """
        from hyperstep.azureml_v1.core.model_registration import ModelDescription, register_from_run

        del kwargs
        described = ModelDescription.create(
            tags,
            properties,
            description,
            model_framework,
            model_framework_version,
            run_id=self._run_id,
            datasets=datasets,
            sample_input=sample_input_dataset,
            sample_output=sample_output_dataset,
            resources=resource_configuration,
        )
        return register_from_run(self._source, self._experiment, model_name, model_path or model_name, described)

    def wait_for_completion(
        self, show_output: bool = False, wait_post_processing: bool = False, raise_on_error: bool = True
    ) -> dict[str, Any]:
        """Wait until it has ended and its files are kept; returns its details.

        Args:
            show_output: Print its log while it grows.
            wait_post_processing: Accepted; its files are always waited for.
            raise_on_error: Raise when it failed.

        Raises:
            ActivityFailedException: It failed, and ``raise_on_error`` is True.
            ExperimentExecutionException: The waiting was interrupted (the run goes on), or nothing drives the run.
        """
        from hyperstep.azureml_v1.core.run_waiting import wait

        del wait_post_processing
        wait(self._source, self.get_portal_url(), show_output=show_output, raise_on_error=raise_on_error)
        return self.get_details()

    @property
    def input_datasets(self) -> dict[str, Any]:
        """Of the run that this process executes: the path (or, in direct mode, the dataset) of each dataset input."""
        from hyperstep.azureml_v1.core.job_data import input_datasets

        return input_datasets(self._experiment.workspace, self._run_id)

    @property
    def output_datasets(self) -> dict[str, Any]:
        """Of the run that this process executes: the path of each dataset output."""
        from hyperstep.azureml_v1.core.job_data import output_datasets

        return output_datasets(self._experiment.workspace, self._run_id)


def get_run(experiment: Experiment, run_id: str, rehydrate: bool = True, clean_up: bool = True) -> Run:
    """A run of an experiment by its id.

    Args:
        experiment: Its experiment.
        run_id: Its id.
        rehydrate: As the class that fits it; else as a plain Run.
        clean_up: Accepted and not used.

    Raises:
        ServiceException: No run has that id.
    """
    del clean_up
    return Run.get(experiment.workspace, run_id) if rehydrate else Run(experiment, run_id)
