"""The JSON text that the client writes, held against Python's own reader."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep_trial.json_text import json_text

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"))
_VALUES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)
)


@given(_VALUES)
def test_python_reads_back_what_was_written(value: object) -> None:
    assert json.loads(json_text(value)) == value


@given(_VALUES)
def test_the_text_is_one_line_of_ascii(value: object) -> None:
    text = json_text(value)
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_nan_and_the_infinities_are_written_as_python_writes_them() -> None:
    assert json_text([math.nan, math.inf, -math.inf]) == json.dumps([math.nan, math.inf, -math.inf])


def test_half_a_surrogate_pair_becomes_text_that_has_a_utf8_form() -> None:
    assert json.loads(json_text("a\ud800b")) == "a\\ud800b"


def test_other_types_are_refused() -> None:
    with pytest.raises(KeyError):
        json_text({1, 2})
