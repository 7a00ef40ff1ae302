"""Targets that are elsewhere are refused when they are used, not when they are imported."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core import compute_elsewhere
from hyperstep.azureml_v1.core.compute import AmlCompute, ComputeTarget
from hyperstep.azureml_v1.core.compute_elsewhere import AksCompute, ElsewhereCompute, RemoteCompute
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import ComputeTargetException

KINDS = [kind for kind in vars(compute_elsewhere).values() if isinstance(kind, type) and kind.__module__.endswith("re")]


@pytest.mark.parametrize("kind", [k for k in KINDS if issubclass(k, ElsewhereCompute)])
def test_making_or_attaching_one_is_refused_with_the_way(kind: type[ElsewhereCompute]) -> None:
    with pytest.raises(ComputeTargetException, match=rf"{kind.__name__} is not this machine.*AmlCompute"):
        kind.provisioning_configuration(vm_size="x")
    with pytest.raises(ComputeTargetException, match="this machine only"):
        kind.attach_configuration(address="x", ssh_port=22)


def test_a_name_that_is_none_of_them_is_told(workspace: Workspace) -> None:
    with pytest.raises(ComputeTargetException, match="no compute target"):
        RemoteCompute(workspace, "vm")
    ComputeTarget.create(workspace, "cpu", AmlCompute.provisioning_configuration("D2"))
    with pytest.raises(ComputeTargetException, match="no AksCompute"):
        AksCompute(workspace, "cpu")
