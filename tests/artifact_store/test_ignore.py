"""Ignore rules: which file counts, and the line that leaves out one path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.artifact_store.ignore import IgnoreRules, ignore_line, read_ignore_rules
from hyperstep.errors import InvalidInputError

NAMES = st.text(st.characters(exclude_characters="/\0\n\r", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)


def test_the_first_ignore_file_counts_alone(tmp_path: Path) -> None:
    assert read_ignore_rules(tmp_path).file == ".amlignore"
    assert not read_ignore_rules(tmp_path).ignores("a.txt", is_folder=False)
    (tmp_path / ".gitignore").write_text("*.git-only\n")
    rules = read_ignore_rules(tmp_path)
    assert rules.file == ".gitignore"
    assert rules.ignores("x.git-only", is_folder=False)
    (tmp_path / ".amlignore").write_text("*.aml-only\n")
    rules = read_ignore_rules(tmp_path)
    assert rules.file == ".amlignore"
    assert rules.ignores("x.aml-only", is_folder=False)
    assert not rules.ignores("x.git-only", is_folder=False)


@pytest.mark.parametrize(
    ("line", "path", "is_folder", "ignored"),
    [
        ("data/", "data", True, True),
        ("data/", "data", False, False),
        ("data/", "sub/data", True, True),
        ("/data", "sub/data", True, False),
        ("*.csv", "deep/down/x.csv", False, True),
        ("# comment", "# comment", False, False),
        ("\\#x", "#x", False, True),
        ("a/**/b", "a/x/y/b", False, True),
        ("ünï*", "ünïcode", False, True),
        ("", "anything", False, False),
        ("trailing   ", "trailing", False, True),
        (ignore_line("at the end  "), "at the end  ", False, True),
    ],
)
def test_lines_mean_what_git_means(line: str, path: str, *, is_folder: bool, ignored: bool) -> None:
    rules = IgnoreRules(Path(".amlignore"), line)
    assert rules.ignores(path, is_folder=is_folder) is ignored


@pytest.mark.parametrize("name", [".git", "__pycache__", "deep/down/__pycache__"])
def test_some_folders_never_count(name: str) -> None:
    rules = IgnoreRules(Path(".amlignore"), f"!{name}/")
    assert rules.ignores(name, is_folder=True)
    assert not rules.ignores(name, is_folder=False)


def test_an_unreadable_ignore_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".amlignore").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInputError, match=r"UTF-8.*\.amlignore"):
        read_ignore_rules(tmp_path)


@given(st.lists(NAMES, min_size=1, max_size=3), NAMES)
def test_an_ignore_line_leaves_out_its_path_only(parts: list[str], other: str) -> None:
    path = "/".join(parts)
    rules = IgnoreRules(Path(".amlignore"), ignore_line(path))
    assert rules.ignores(path, is_folder=False)
    assert rules.ignores(f"elsewhere/{path}", is_folder=False) is False
    if other not in {path, parts[0]}:
        assert rules.ignores(other, is_folder=False) is False
