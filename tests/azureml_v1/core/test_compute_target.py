"""The oldest targets: this machine, and what is refused."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.compute_target import (
    AbstractComputeTarget,
    LocalTarget,
    attach_legacy_compute_target,
    is_compute_target_prepared,
    prepare_compute_target,
    remove_legacy_compute_target,
)
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.exceptions import UserErrorException


def test_the_local_target_is_this_machine() -> None:
    target = AbstractComputeTarget.deserialize_from_dict("local", {"type": "local"})
    assert isinstance(target, LocalTarget)
    assert (target.name, target.type) == ("local", "local")
    assert repr(target) == "LocalTarget(name='local', type='local')"
    run_config = RunConfiguration()
    run_config.target = target
    assert run_config.target == "local"
    with pytest.raises(UserErrorException, match="'local'"):
        AbstractComputeTarget.deserialize_from_dict("x", {"type": "remote"})


def test_nothing_needs_to_be_prepared() -> None:
    assert is_compute_target_prepared(None, ".", RunConfiguration()) is True
    prepare_compute_target(None, ".", RunConfiguration())


@pytest.mark.parametrize("call", [attach_legacy_compute_target, remove_legacy_compute_target])
def test_what_came_before_workspaces_is_refused_with_the_way(call: object) -> None:
    assert callable(call)
    with pytest.raises(UserErrorException, match=r"ComputeTarget\.create"):
        call(None, ".", "x")
