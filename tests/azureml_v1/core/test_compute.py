"""Compute targets are made, found and bounded."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.compute import AmlCompute, ComputeTarget, max_nodes_of, target_name
from hyperstep.azureml_v1.core.compute_instance import ComputeInstance
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import ComputeTargetException, UserErrorException
from hyperstep.records import RunStatus


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


def test_an_instance_is_this_machine_with_one_process(workspace: Workspace) -> None:
    made = ComputeTarget.create(workspace, "my-instance", ComputeInstance.provisioning_configuration("D3"))
    assert isinstance(made, ComputeInstance)
    assert type(ComputeTarget(workspace, "my-instance")) is ComputeInstance
    assert made.type == "ComputeInstance"
    assert made.get_status().serialize() == {"state": "Running", "errors": None}
    for call in (made.start, made.stop, made.restart):
        call(wait_for_completion=True)
    made.update_sso_settings(value=True)
    assert max_nodes_of(workspace, "my-instance") == 1
    assert made.get()["name"] == "my-instance"
    assert made.get_docs_url().startswith("https://")
    assert list(made.get_active_runs()) == []
    with pytest.raises(ComputeTargetException, match="no AmlCompute"):
        AmlCompute(workspace, "my-instance")
    made.delete(wait_for_completion=True)
    assert ComputeTarget.list(workspace) == []


def test_a_target_is_found_again_by_what_it_was_serialized_to(workspace: Workspace) -> None:
    target = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration("D2"))
    assert isinstance(target, AmlCompute)
    assert AmlCompute.deserialize(workspace, target.serialize()).name == "cpu"
    assert target.get()["type"] == "AmlCompute"
    with pytest.raises(ComputeTargetException, match="'name'"):
        ComputeTarget.deserialize(workspace, {})
    with pytest.raises(ComputeTargetException, match="no compute target"):
        ComputeInstance.deserialize(workspace, {"name": "none"})


def test_active_runs_are_those_that_have_not_ended(workspace: Workspace, recorder: Any) -> None:
    target = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration("D2"))
    assert isinstance(target, AmlCompute)
    recorder.root("ended", target="cpu", status=RunStatus.COMPLETED)
    recorder.root("active", target="cpu")
    assert [run.id for run in target.get_active_runs()] == ["active"]
    assert list(target.get_active_runs(status="Queued")) == []


def test_sizes_and_quotas_are_this_machines(workspace: Workspace) -> None:
    (size,) = AmlCompute.supported_vmsizes(workspace)
    assert size["name"] == "local"
    assert size == ComputeInstance.supported_vmsizes(workspace)[0]
    assert AmlCompute.list_usages(workspace) == AmlCompute.list_quotas(workspace) == []
    target = ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration("D2"))
    assert isinstance(target, AmlCompute)
    assert target.list_nodes() == []
    target.add_identity("SystemAssigned")
    target.remove_identity()
    with pytest.raises(UserErrorException, match="HYPERSTEP_SLOTS"):
        AmlCompute.update_quotas(workspace, "family")


def test_other_machines_cannot_be_attached(workspace: Workspace) -> None:
    with pytest.raises(ComputeTargetException, match="cannot be attached"):
        ComputeTarget.attach(workspace, "remote", object())
