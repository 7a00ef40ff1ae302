"""Records of wrong types: refused before they are written, and named in short where one was read."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hyperstep.codec import from_json, to_json
from hyperstep.errors import InvalidInputError, StoreError
from hyperstep.pipeline.graph import check_types
from hyperstep.pipeline.spec import CodeSpec, PipelineSpec, StepSpec

STEP = StepSpec("1234abcd", "prep", CodeSpec("digest", "prep.py"))


def test_a_sound_pipeline_passes() -> None:
    check_types(PipelineSpec((STEP,), {"epochs": "3"}))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"version": 1}, "step 'prep' .* version: Expected `str`, got `int`"),
        ({"allow_reuse": None}, "step 'prep' .* allow_reuse: Expected `bool`, got `null`"),
        ({"name": 3}, "step 3 .* name: Expected `str`, got `int`"),
        ({"code": CodeSpec("digest", "a.py", environment={"a": object()})}, "step 'prep' .* object has no JSON form"),  # type: ignore[dict-item]
        ({"code": CodeSpec("digest", "a.py", ("a", None))}, r"code.arguments\[1\]: Expected `str`, got `null`"),  # type: ignore[arg-type]
    ],
)
def test_the_message_names_step_and_field(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        check_types(PipelineSpec((replace(STEP, id="other", name="other"), replace(STEP, **wrong))))


def test_the_pipelines_own_values_count_too() -> None:
    with pytest.raises(InvalidInputError, match=r"a pipeline .* description: Expected `str`, got `int`"):
        check_types(PipelineSpec((STEP,), description=3))  # type: ignore[arg-type]


def test_what_was_read_is_shown_in_part() -> None:
    data = {**to_json(PipelineSpec((STEP,) * 20)), "description": 3}
    with pytest.raises(
        StoreError, match=r"`\$.description`. Received: {'steps': .* … \(\d+ characters\)\. Was"
    ) as caught:
        from_json(PipelineSpec, data)
    assert len(str(caught.value)) < 400
    with pytest.raises(StoreError, match=r"Received: \{\}\. Was"):
        from_json(StepSpec, {})
