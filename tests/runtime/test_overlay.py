"""A look-alike of a home: everything can be read, nothing of the original changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hyperstep.records.run import RunKind
from hyperstep.runtime.home import Home
from hyperstep.runtime.overlay import OVERLAY_VARIABLE, overlay_of
from hyperstep.runtime.submission import Label, root_run

STORE = "workspaceblobstore"


def test_records_objects_and_files_are_read_through_and_changed_in_the_look_alike_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.open()
    root = root_run(Label("local", "e"), RunKind.PIPELINE, "root", "root")
    home.store.create([root], folder="root", spec={"kind": "pipeline"}).close()
    digest = home.artifacts.put_bytes(b"content")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "x.txt").write_text("x")
    home.store.put_named("local", "datastore", "own", {"folder": str(mine)}, 1.0)
    file = home.datastore_folder("local", STORE) / "below" / "a.txt"
    file.parent.mkdir()
    file.write_text("a")
    with overlay_of(home.path) as folder:
        monkeypatch.setenv(OVERLAY_VARIABLE, str(home.path))
        look_alike = Home.open(replace(home.settings, home=folder))
        assert look_alike.store.journal("root").run("root").name == "root"
        assert look_alike.artifacts.read_bytes(digest) == b"content"
        assert look_alike.artifacts.has(digest)
        other = look_alike.artifacts.put_bytes(b"other")
        seen = look_alike.datastore_folder("local", STORE) / "below" / "a.txt"
        assert seen.read_text() == "a"
        seen.with_name("new.txt").write_text("new")
        assert (look_alike.datastore_folder("local", "own") / "x.txt").read_text() == "x"
        (look_alike.datastore_folder("local", "own") / "y.txt").write_text("y")
        with look_alike.store.journal("root").transaction(0) as writer:
            writer.put_run(replace(root, name="renamed"))
        look_alike.store.put_named("local", "model", "m", {}, 1.0)
        look_alike.close()
    assert not folder.exists()
    assert home.store.journal("root").run("root").name == "root"
    assert home.store.all_named("local", "model") == []
    assert not home.artifacts.has(other)
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]
    assert [path.name for path in mine.iterdir()] == ["x.txt"]
    home.close()


def test_a_home_that_is_not_there_has_an_empty_look_alike(tmp_path: Path) -> None:
    with overlay_of(tmp_path / "nowhere") as folder:
        assert list(folder.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
