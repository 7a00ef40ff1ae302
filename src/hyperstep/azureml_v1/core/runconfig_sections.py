"""The parts of a RunConfiguration: containers, distribution, history, clusters, data references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class MpiConfiguration:
    """Processes started together by MPI. One process is started here; more than one node is refused at submit."""

    process_count_per_node: int = 1
    node_count: int = 1


@dataclass(slots=True)
class PyTorchConfiguration:
    """Processes started together for PyTorch. One process is started here; more than one node is refused at submit."""

    communication_backend: str = "Nccl"
    process_count: int | None = None
    node_count: int = 1


@dataclass(slots=True)
class TensorflowConfiguration:
    """Workers and parameter servers. One process is started here; more than one worker is refused at submit."""

    worker_count: int = 1
    parameter_server_count: int = 1


class DockerConfiguration:
    """Whether a job is to run in a container. Accepted; jobs run without one here.

    Args:
        use_docker: Kept.
        shared_volumes: Kept.
        arguments: Kept.
        shm_size: Kept.
    """

    def __init__(
        self,
        use_docker: bool = False,
        shared_volumes: bool = True,
        arguments: Sequence[str] = [],
        shm_size: str | None = "2g",
    ) -> None:
        self.use_docker = use_docker
        self.shared_volumes = shared_volumes
        self.arguments = list(arguments)
        self.shm_size = shm_size

    def __repr__(self) -> str:
        return f"DockerConfiguration({', '.join(f'{key}={value!r}' for key, value in vars(self).items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DockerConfiguration) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # its attributes can be set


@dataclass(slots=True)
class HistoryConfiguration:
    """Which folders are watched while a job runs."""

    output_collection: bool = field(default=True, init=False)
    snapshot_project: bool = field(default=True, init=False)
    directories_to_watch: list[str] = field(default_factory=lambda: ["logs"], init=False)


@dataclass(slots=True)
class AmlComputeConfiguration:
    """What a cluster made for one run would be. Kept; this machine is used."""

    name: str | None = field(default=None, init=False)
    vm_size: str | None = field(default=None, init=False)
    vm_priority: str | None = field(default=None, init=False)
    retain_cluster: bool = field(default=False, init=False)
    cluster_max_node_count: int | None = field(default=None, init=False)


@dataclass(slots=True)
class SparkConfiguration:
    """Settings for Spark. Kept; a run with the framework PySpark is refused at submit."""

    configuration: dict[str, str] = field(default_factory=dict, init=False)


@dataclass(slots=True)
class HdiConfiguration:
    """Settings for HDInsight. Kept; no such target exists here."""

    yarn_deploy_mode: str = field(default="cluster", init=False)


@dataclass(slots=True)
class KubernetesComputeConfiguration:
    """Settings for Kubernetes. Kept; no such target exists here."""

    instance_type: str | None = field(default=None, init=False)


@dataclass(slots=True)
class ParallelTaskConfiguration:
    """Settings for parallel tasks. Kept and without effect."""

    max_retries_per_worker: int = field(default=0, init=False)
    worker_count_per_node: int = field(default=1, init=False)
    terminal_exit_codes: list[int] | None = field(default=None, init=False)


@dataclass(slots=True)
class ApplicationEndpointConfiguration:
    """A port of a job that others connect to. Kept; nothing is opened."""

    type: str | None = None
    port: int | None = None
    properties: Mapping[str, str] | None = None


@dataclass(slots=True)
class DataReferenceConfiguration:
    """A path in a datastore, as a run configuration's ``data_references`` hold it."""

    datastore_name: str | None = None
    mode: str = "mount"
    path_on_datastore: str | None = None
    path_on_compute: str | None = None
    overwrite: bool = False
