"""The estimators for one framework each: here the same as Estimator, since scripts bring their own framework."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from hyperstep.azureml_v1.train.estimator import Estimator


class _FrameworkEstimator(Estimator):
    """An estimator that knows a framework's version.

    Args:
        source_directory: Folder of the script.
        framework_version: Kept; what is installed is used.
        **settings: As for Estimator.
    """

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        *,
        framework_version: str | None = None,
        _enable_optimized_mode: bool = False,
        **settings: Any,  # noqa: ANN401 - those of Estimator, checked there
    ) -> None:
        super().__init__(source_directory, **settings)
        self.framework_version = framework_version


class PyTorch(_FrameworkEstimator):
    """A PyTorch script."""


class Chainer(_FrameworkEstimator):
    """A Chainer script."""


class SKLearn(_FrameworkEstimator):
    """A scikit-learn script."""


class TensorFlow(_FrameworkEstimator):
    """A TensorFlow script.

    Args:
        source_directory: Folder of the script.
        worker_count: No effect: one process is started.
        parameter_server_count: No effect: one process is started.
        **settings: As for Estimator.
    """

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        *,
        worker_count: int = 1,  # noqa: ARG002 - one process is started
        parameter_server_count: int = 1,  # noqa: ARG002
        **settings: Any,  # noqa: ANN401 - those of Estimator, checked there
    ) -> None:
        super().__init__(source_directory, **settings)


@dataclass(frozen=True)
class Mpi:
    """Several processes that talk by MPI; one is started here."""

    process_count_per_node: int = 1


@dataclass(frozen=True)
class Gloo:
    """Several PyTorch processes that talk by Gloo; one is started here."""


@dataclass(frozen=True)
class Nccl:
    """Several PyTorch processes that talk by NCCL; one is started here."""


@dataclass(frozen=True)
class ParameterServer:
    """TensorFlow workers and parameter servers; one process is started here."""

    worker_count: int = 1
    parameter_server_count: int = 1
