"""How an estimator's processes would talk to each other. Kept and checked; one process is started here."""

from __future__ import annotations

from dataclasses import asdict, dataclass  # noqa: TID251 - of a dataclass

from hyperstep.azureml_v1.exceptions import TrainingException


class DistributedTraining:
    """Base of the ways to distribute."""

    def validate(self) -> None:
        """See that the counts are whole numbers above zero.

        Raises:
            TrainingException: One is not.
        """
        for name, value in self._counts().items():
            if not isinstance(value, int) or value < 1:
                message = f"{name} of {type(self).__name__} is a whole number above zero. Received: {value!r}."
                raise TrainingException(message)

    def _counts(self) -> dict[str, object]:
        return {}


@dataclass
class Mpi(DistributedTraining):
    """Several processes that talk by MPI.

    Args:
        process_count_per_node: Processes on each node.
    """

    process_count_per_node: int = 1

    def _counts(self) -> dict[str, object]:
        return asdict(self)


@dataclass
class Gloo(DistributedTraining):
    """Several PyTorch processes that talk by Gloo."""


@dataclass
class Nccl(DistributedTraining):
    """Several PyTorch processes that talk by NCCL."""


@dataclass
class ParameterServer(DistributedTraining):
    """TensorFlow workers and parameter servers.

    Args:
        worker_count: Workers.
        parameter_server_count: Servers.
    """

    worker_count: int = 1
    parameter_server_count: int = 1

    def _counts(self) -> dict[str, object]:
        return asdict(self)


def check_distributed_training(value: object) -> None:
    """See that it is a way to distribute, with sound counts.

    Raises:
        TrainingException: It is not.
    """
    if value is None:
        return
    if not isinstance(value, DistributedTraining):
        message = f"distributed_training is Mpi, Gloo, Nccl or ParameterServer. Received: {value!r}."
        raise TrainingException(message)
    value.validate()
