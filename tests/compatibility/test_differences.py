"""Each difference is told of a name that is there."""

from __future__ import annotations

import pytest

from hyperstep.compatibility import offered
from hyperstep.compatibility.differences import DIFFERENCES, difference_of


@pytest.mark.parametrize("name", [name for difference in DIFFERENCES for name in difference.names])
def test_the_name_is_there(name: str) -> None:
    outer, _, last = name.partition("(")[0].rpartition(".")
    if offered.is_module(outer):
        assert offered.offers(outer, last)
    else:
        module, _, cls = outer.rpartition(".")
        assert offered.has_member(offered.resolve(module, cls), last)


def test_a_name_without_a_difference_has_none() -> None:
    assert difference_of("azureml.core.Workspace.name") is None
    assert "'local'" in (difference_of("azureml.core.Workspace.from_config") or "")
