"""The parts of a RunConfiguration: containers, distribution, history, clusters, data references."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class MpiConfiguration:
    """Processes started together by MPI. Accepted; one process is started here."""

    process_count_per_node: int = 1
    node_count: int = 1


@dataclass(slots=True)
class PyTorchConfiguration:
    """Processes started together for PyTorch. Accepted; one process is started here."""

    communication_backend: str = "Nccl"
    process_count: int | None = None
    node_count: int = 1


@dataclass(slots=True)
class TensorflowConfiguration:
    """Workers and parameter servers. Accepted; one process is started here."""

    worker_count: int = 1
    parameter_server_count: int = 1


@dataclass(slots=True)
class DockerConfiguration:
    """Whether a job is to run in a container. Accepted; jobs run without one here."""

    use_docker: bool = False
    shared_volumes: bool = True
    arguments: list[str] = field(default_factory=list)
    shm_size: str = "2g"


@dataclass(slots=True)
class HistoryConfiguration:
    """Which folders are watched while a job runs."""

    output_collection: bool = True
    snapshot_project: bool = True
    directories_to_watch: list[str] = field(default_factory=lambda: ["logs"])


@dataclass(slots=True)
class AmlComputeConfiguration:
    """What a cluster made for one run would be."""

    name: str | None = None
    vm_size: str | None = None
    vm_priority: str | None = None
    retain_cluster: bool = False
    cluster_max_node_count: int | None = None


@dataclass(slots=True)
class DataReferenceConfiguration:
    """A path in a datastore, as a run configuration's ``data_references`` hold it."""

    datastore_name: str | None = None
    mode: str = "mount"
    path_on_datastore: str | None = None
    path_on_compute: str | None = None
    overwrite: bool = False
