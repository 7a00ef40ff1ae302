"""StepSequence: what it holds."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.pipeline.step_sequence import StepSequence


def test_it_gives_its_items_in_order() -> None:
    assert list(StepSequence(["a", ["b", "c"]])) == ["a", ["b", "c"]]
    assert list(StepSequence()) == []


@pytest.mark.parametrize("steps", ["ab", ("a",), {"a"}, 1])
def test_anything_but_a_list_is_refused(steps: Any) -> None:
    with pytest.raises(ValueError, match="list of steps"):
        StepSequence(steps)
