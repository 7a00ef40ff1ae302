"""Names that are not built: they import, and the first use says what to do."""

from __future__ import annotations

import inspect

import pytest

from hyperstep.azureml_v1.pipeline import unbuilt
from hyperstep.azureml_v1.pipeline.unbuilt import Module, Unbuilt
from hyperstep.errors import UnsupportedError

NAMES = [
    thing
    for name, thing in vars(unbuilt).items()
    if inspect.isclass(thing) and issubclass(thing, Unbuilt) and thing is not Unbuilt and not name.startswith("_")
]


@pytest.mark.parametrize("thing", NAMES)
def test_construction_says_what_is_not_built_and_what_to_do(thing: type[Unbuilt]) -> None:
    with pytest.raises(UnsupportedError, match=f"{thing.__name__} is not built") as caught:
        thing("anything", at="all")
    assert caught.value.remedy


def test_a_static_method_of_v1_says_it_too() -> None:
    with pytest.raises(UnsupportedError, match="Module is not built"):
        Module.get("workspace", "id")


def test_python_itself_may_look_at_them() -> None:
    assert not isinstance(3, Module)
    assert not hasattr(Module, "__wrapped__")
