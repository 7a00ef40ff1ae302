"""Commands: values reach a process as single words, whatever is in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.runtime.runner.commands import command_path, command_texts, fill_shell_placeholders

PLACE = "$AZUREML_DATAREFERENCE_a"
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_a_value_is_one_word_for_a_shell_in_all_quotes(value: str) -> None:
    text = f"printf '%s\\0' {PLACE} \"{PLACE}\" '{PLACE}' x=\"a b\"{PLACE}"
    filled = fill_shell_placeholders(text, {PLACE: value})
    words = subprocess.run(["sh", "-c", filled], capture_output=True, check=True).stdout.decode().split("\0")
    assert words == [value, value, value, f"x=a b{value}", ""]


def test_an_escaped_placeholder_is_left_and_longer_names_win() -> None:
    values = {PLACE: "/x", f"{PLACE}b": "/y z"}
    assert fill_shell_placeholders(f"\\{PLACE} {PLACE}b {PLACE}", values) == f"\\{PLACE} '/y z' /x"
    assert fill_shell_placeholders("plain", {}) == "plain"


def test_a_filled_value_is_not_filled_again() -> None:
    assert fill_shell_placeholders(PLACE, {PLACE: "other$b", "$b": "no"}) == "'other$b'"


@pytest.mark.parametrize(
    ("command", "started"),
    [
        (("python", "train.py", f"{PLACE}/m"), ("/env/bin/python", "train.py", "/a b/m")),
        (("python3", "-V"), ("/env/bin/python", "-V")),
        (("/usr/bin/python", PLACE), ("/usr/bin/python", "/a b")),
        (("bash", "-c", f"ls {PLACE} | wc"), ("bash", "-c", "ls '/a b' | wc")),
        (("bash", "run.sh", PLACE), ("bash", "run.sh", "/a b")),
    ],
)
def test_what_is_started(command: tuple[str, ...], started: tuple[str, ...]) -> None:
    assert command_texts(command, {PLACE: "/a b"}, "/env/bin/python") == started


def test_the_interpreters_folder_comes_first() -> None:
    folders = command_path({"PATH": "/usr/bin"}, sys.executable)["PATH"].split(os.pathsep)
    assert folders == [str(Path(sys.executable).parent), "/usr/bin"]
