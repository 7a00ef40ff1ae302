"""Which arguments name what lies outside of a snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.runtime.outside_paths import absolute_paths_in, names_outside


@pytest.mark.parametrize(
    ("argument", "paths"),
    [
        ("/abs/d.txt", ("/abs/d.txt",)),
        ("/abs/dir/", ("/abs/dir/",)),
        ("--data=/abs/d.txt", ("/abs/d.txt",)),
        ("--data = /abs/d.txt", ("/abs/d.txt",)),
        ("-d/abs/d.txt", ("/abs/d.txt",)),
        ("data.train=/abs/d.txt", ("/abs/d.txt",)),
        ("train=/abs/a,test=/abs/b", ("/abs/a", "/abs/b")),
        ("/abs/a,/abs/b", ("/abs/a", "/abs/b")),
        ("/abs/a:/abs/b;/abs/c", ("/abs/a", "/abs/b", "/abs/c")),
        ("[/abs/a, '/abs/b']", ("/abs/a", "/abs/b")),
        ('{"train": "/abs/a"}', ("/abs/a",)),
        (r'{"train": "\/abs\/a"}', ("/abs/a",)),
        (r'{"train": "\u002Fabs\u002fa"}', ("/abs/a",)),
        (r'{"text": "{\"train\": \"\\\/abs\\\/a\"}"}', ("/abs/a\\",)),
        (r'{"from": "https:\/\/host\/a", "to": "a\/b"}', ()),
        ("/abs/*.txt", ("/abs/",)),
        ("/abs/part-?.txt", ("/abs/part-",)),
        ("/abs/{a,b}.txt", ("/abs/",)),
        ("csv:/abs/d.txt", ("/abs/d.txt",)),
        ("file:/abs/d.txt", ("/abs/d.txt",)),
        ("file:///abs/d.txt", ("/abs/d.txt",)),
        ("FILE://localhost/abs/d.txt", ("/abs/d.txt",)),
        ("sqlite:////abs/d.db", ("/abs/d.db",)),
        ("@/abs/args.txt", ("/abs/args.txt",)),
        ("//abs/d.txt", ("/abs/d.txt",)),
        ("~/x", ("~/x",)),
        ("--data=~", ("~",)),
        ("~somebody/x", ("~somebody/x",)),
        ("$HOME/x", ("$HOME/x",)),
        ("x=${HOME}/x", ("${HOME}/x",)),
        ("https://host/a/b?c=/abs/d", ()),
        ("s3://bucket/a/b", ()),
        ("https://host/a,/abs/d.txt", ("/abs/d.txt",)),
        ("data/d.txt", ()),
        ("./data/d.txt", ()),
        ("1/2", ()),
        ("01/02/2026", ()),
        ("/", ()),
        ("--flag", ()),
        ("", ()),
    ],
)
def test_an_absolute_path_is_found_in_any_spelling(argument: str, paths: tuple[str, ...]) -> None:
    assert absolute_paths_in(argument) == paths


def test_what_is_there_or_may_come_to_be_there_is_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    monkeypatch.delenv("NONE", raising=False)
    base = str(tmp_path)
    for argument in (
        f"{base}/data",
        f"{base}/new.txt",
        f"a={base}/data/*.txt",
        "~/data",
        "~",
        "$DATA",
        f"{base}/broken",
    ):
        assert names_outside(argument), argument
    for argument in (
        f"{base}/no/folder",
        "~nobody-of-that-name/x",
        "~5",
        "$NONE/x",
        "/no-such-folder/x",
        "/no-such-thing-at-the-root",
        "--route=/no-such-route",
        "/" + "x" * 300 + "/y",
    ):
        assert not names_outside(argument), argument
