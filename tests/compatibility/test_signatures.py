"""Signatures as texts: read from callables, and compared by the calls that they take."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.compatibility.signatures import (
    accepts_keyword,
    constructor_of,
    parameters_of,
    shown,
    takes_every_call,
)


class Colour(Enum):
    RED = 1


@dataclass
class Made:
    sizes: list[int] = field(default_factory=list)


class Plain:
    def method(self, a: int, b: str = "x", *rest: int, c: Colour = Colour.RED, **more: Any) -> None:
        """Takes one of each kind."""

    @staticmethod
    def static(a: int, *, b: None = None) -> None:
        """Takes b by keyword only."""


def test_each_kind_of_parameter_has_its_text() -> None:
    assert parameters_of(Plain.method) == ["a", "b='x'", "*rest", "c=Colour.RED", "**more"]
    assert parameters_of(Plain.static) == ["a", "*", "b=None"]
    assert constructor_of(Plain) == []
    assert constructor_of(Made) == ["sizes=<factory>"]
    assert shown(["a", "*", "b=None"]) == "(a, *, b=None)"


@pytest.mark.parametrize(
    ("ours", "known"),
    [
        (["a"], ["a"]),
        (["a", "b=None"], ["a"]),
        (["a=0"], ["a"]),
        (["*args", "**kwargs"], ["a", "b=1", "**kw"]),
        (["a", "**kwargs"], ["a", "*", "b=None"]),
        (["a", "b=None"], ["a", "*", "b=None"]),
        (["sizes=<factory>"], ["sizes=[]"]),
    ],
)
def test_wider_signatures_take_every_call(ours: list[str], known: list[str]) -> None:
    assert takes_every_call(ours, known)


@pytest.mark.parametrize(
    ("ours", "known"),
    [
        ([], ["a"]),
        (["b", "a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        (["a"], ["a=1"]),
        (["a=2"], ["a=1"]),
        (["a"], ["a", "**kw"]),
        (["a"], ["a", "*rest"]),
        (["a", "*", "b=None"], ["a", "b=None"]),
    ],
)
def test_narrower_or_other_signatures_do_not(ours: list[str], known: list[str]) -> None:
    assert not takes_every_call(ours, known)


def test_a_keyword_is_accepted_by_name_or_collected() -> None:
    assert accepts_keyword(["a", "*", "b=None"], "b")
    assert accepts_keyword(["**kwargs"], "anything")
    assert not accepts_keyword(["a", "*rest"], "rest")


NAMES = st.sampled_from("abcd")


@st.composite
def parameter_texts(draw: st.DrawFn) -> list[str]:
    """The texts of a valid signature over few names."""
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    required = draw(st.integers(0, len(names)))
    texts = [name if index < required else f"{name}=0" for index, name in enumerate(names)]
    if draw(st.booleans()):
        texts.insert(draw(st.integers(0, len(texts))), "*")
        if texts[-1] == "*":
            texts.pop()
    return texts + (["**kw"] if draw(st.booleans()) else [])


def signature(texts: list[str]) -> inspect.Signature:
    scope: dict[str, Any] = {}
    exec(f"def f({', '.join(texts)}): ...", scope)  # noqa: S102 - texts made above
    return inspect.signature(scope["f"])


@given(parameter_texts(), parameter_texts(), st.integers(0, 5), st.sets(NAMES))
def test_what_fits_the_known_signature_fits_a_wider_one(
    ours: list[str], known: list[str], by_position: int, by_name: set[str]
) -> None:
    if not takes_every_call(ours, known):
        return
    arguments, keywords = [1] * by_position, dict.fromkeys(by_name, 2)
    try:
        signature(known).bind(*arguments, **keywords)
    except TypeError:
        return
    bound = signature(ours).bind(*arguments, **keywords)
    assert len(bound.args) + len(bound.kwargs) == by_position + len(by_name)
