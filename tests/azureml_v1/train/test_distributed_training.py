"""The ways to distribute: kept, checked, without effect."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.distributed_training import (
    DistributedTraining,
    Gloo,
    Mpi,
    Nccl,
    ParameterServer,
    check_distributed_training,
)
from hyperstep.azureml_v1.train.estimator_run_config import say_one_process


def test_they_keep_their_counts() -> None:
    assert Mpi(4).process_count_per_node == 4
    server = ParameterServer(worker_count=2, parameter_server_count=3)
    assert (server.worker_count, server.parameter_server_count) == (2, 3)


@pytest.mark.parametrize("value", [None, Mpi(), Gloo(), Nccl(), ParameterServer()])
def test_sound_ones_are_taken_and_say_that_one_process_is_started(
    value: DistributedTraining | None, caplog: pytest.LogCaptureFixture
) -> None:
    check_distributed_training(value)
    say_one_process(1, 1, None, value)
    assert bool(caplog.messages) is (value is not None)


@pytest.mark.parametrize("value", ["mpi", Mpi(0), ParameterServer(1, 0), Mpi("two")])  # type: ignore[arg-type]
def test_others_are_refused(value: Any) -> None:
    with pytest.raises(TrainingException, match="Received"):
        check_distributed_training(value)
