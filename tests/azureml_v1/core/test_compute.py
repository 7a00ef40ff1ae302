"""Compute targets are made, found and bounded."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.compute import AmlCompute, ComputeTarget, max_nodes_of, target_name
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import ComputeTargetException, UserErrorException


def test_an_unknown_target_is_told_by_v1s_exception(workspace: Workspace) -> None:
    with pytest.raises(ComputeTargetException, match="cpu-cluster"):
        ComputeTarget(workspace, "cpu-cluster")


def test_a_made_target_is_found_as_its_subclass(workspace: Workspace) -> None:
    made = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration("VM", max_nodes=4))
    found = ComputeTarget(workspace, "cpu")
    assert type(made) is type(found) is AmlCompute
    assert found.type == "AmlCompute"
    assert found.vm_size == "VM"
    assert list(workspace.compute_targets) == ["cpu"]


def test_the_most_nodes_bound_a_target(workspace: Workspace) -> None:
    target = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration(max_nodes=4))
    assert max_nodes_of(workspace, target) == max_nodes_of(workspace, "cpu") == 4
    assert max_nodes_of(workspace, "local") is None
    assert max_nodes_of(workspace, None) is None


def test_a_target_can_be_updated_and_deleted(workspace: Workspace) -> None:
    target = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration(max_nodes=4))
    assert isinstance(target, AmlCompute)
    target.update(max_nodes=2)
    assert target.scale_settings.maximum_node_count == 2
    target.delete()
    with pytest.raises(ComputeTargetException):
        ComputeTarget(workspace, "cpu")


def test_status_serializes_with_v1s_keys(workspace: Workspace) -> None:
    target = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration(min_nodes=1, max_nodes=4))
    target.wait_for_completion(show_output=False)
    status = target.get_status().serialize()
    assert status["allocationState"] == "Steady"
    assert status["currentNodeCount"] == 1


@pytest.mark.parametrize("name", ["x", "1a", "a_b", "a" * 25, "a-", ""])
def test_a_bad_name_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(ComputeTargetException, match="2 to 24"):
        ComputeTarget.create(workspace, name, AmlCompute.provisioning_configuration())


@pytest.mark.parametrize("name", ["local", "amlcompute", "containerinstance"])
def test_a_name_with_a_meaning_of_its_own_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UserErrorException, match="meaning"):
        ComputeTarget.create(workspace, name, AmlCompute.provisioning_configuration())


@pytest.mark.parametrize(("least", "most"), [(-1, 2), (3, 2), (0, 0)])
def test_impossible_sizes_are_refused(least: int, most: int) -> None:
    with pytest.raises(ComputeTargetException, match="max_nodes"):
        AmlCompute.provisioning_configuration(min_nodes=least, max_nodes=most)


def test_an_unknown_priority_is_refused() -> None:
    with pytest.raises(ComputeTargetException, match="lowpriority"):
        AmlCompute.provisioning_configuration(vm_priority="none")


def test_a_target_is_named_by_object_or_text() -> None:
    assert target_name("cpu") == "cpu"
    assert target_name(None) == "local"
