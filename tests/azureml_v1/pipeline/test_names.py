"""Names of ports, and the texts that stand for values."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.pipeline.names import check_port_name, data_placeholder, parameter_placeholder


@pytest.mark.parametrize("name", ["a", "a_1", "1", "Ünï"])
def test_word_characters_make_a_name(name: str) -> None:
    assert check_port_name(name, "an input") == name


@pytest.mark.parametrize("name", ["", "a-b", "a b", "a.b", "a\n", None, 3])
def test_anything_else_is_refused(name: Any) -> None:
    with pytest.raises(ValueError, match="an input"):
        check_port_name(name, "an input")


def test_values_stand_in_arguments_under_their_variables_names() -> None:
    assert data_placeholder("raw") == "$AZUREML_DATAREFERENCE_raw"
    assert parameter_placeholder("learning-rate 2") == "$AML_PARAMETER_learning_rate_2"
