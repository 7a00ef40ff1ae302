"""Commands of v1: lists, texts, and texts for a shell."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.command_parts import command_parts
from hyperstep.errors import InvalidInputError, UnsupportedError


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        (["python", "train.py", 3], ("python", "train.py", "3")),
        (["echo", "a && b"], ("echo", "a && b")),
        ("python train.py --name 'a b'", ("python", "train.py", "--name", "a b")),
        (["python train.py"], ("python", "train.py")),
        ("python -c 'print(1)'", ("python", "-c", "print(1)")),
    ],
)
def test_lists_and_plain_texts_need_no_shell(command: Any, parts: tuple[str, ...]) -> None:
    assert command_parts(command) == parts


@pytest.mark.parametrize(
    "text", ["a && b", "a | b", "a > b", "a $B", "a *.csv", "A=1 b", "a; b", "a `b`", "a ~/b", "a\nb", "(a)"]
)
def test_a_text_with_the_syntax_of_shells_goes_to_one(text: str) -> None:
    shell, *rest = command_parts(text)
    assert shell in {"bash", "sh"}
    assert rest == ["-c", text]


def test_an_open_quote_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="quotes"):
        command_parts("echo 'a")


def test_without_a_shell_a_list_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(UnsupportedError, match="list"):
        command_parts("a | b")
