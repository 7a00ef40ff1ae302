"""A look-alike of a home: everything can be read, nothing of the original changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.artifact_store.tree import digest_tree
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


LINKS = {
    "elsewhere": {"home/mine": "mine"},
    "two to one": {"home/mine": "mine", "home/a/again": "mine"},
    "a loop": {"home/a/loop": "home/a"},
    "a loop elsewhere": {"home/mine": "mine", "mine/deep/up": "mine"},
    "there and back": {"home/mine": "mine", "mine/back": "home/a"},
    "what lies above": {"home/a/above": "home/.."},
    "nothing": {"home/nothing": "not there"},
}
"""Links, ``home`` being the datastore's folder, and what they lead to."""


@pytest.mark.parametrize("name", LINKS)
def test_linked_folders_are_what_they_were_and_nothing_is_written_through_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    home = Home.open()
    store = home.datastore_folder("local", STORE)
    places = {"home": store, "mine": tmp_path / "mine", "not there": tmp_path / "not there"}
    for place in (store / "a" / "z.txt", places["mine"] / "deep" / "x.txt"):
        place.parent.mkdir(parents=True)
        place.write_text(place.name)
    for link, target in LINKS[name].items():
        (places[link.partition("/")[0]] / link.partition("/")[2]).symlink_to(
            places[target.partition("/")[0]] / target.partition("/")[2]
        )
    with overlay_of(home.path) as folder:
        monkeypatch.setenv(OVERLAY_VARIABLE, str(home.path))
        look_alike = Home.open(replace(home.settings, home=folder))
        seen = look_alike.datastore_folder("local", STORE)
        assert digest_tree(seen) == digest_tree(store)
        listed = [{path.relative_to(top) for path in top.rglob("*")} for top in (seen, store)]
        assert listed[0] == listed[1]
        for below in seen.rglob("*"):
            if below.is_dir():
                (below / "new.txt").write_text("new")
        look_alike.close()
    assert not list(tmp_path.rglob("new.txt"))
    home.close()


def test_a_home_that_is_not_there_has_an_empty_look_alike(tmp_path: Path) -> None:
    with overlay_of(tmp_path / "nowhere") as folder:
        assert [path.name for path in folder.iterdir()] == ["plan.lock"]
    assert not (tmp_path / "nowhere").exists()


_PLAN_FOR_EVER = """
import sys, time
from pathlib import Path
from hyperstep.runtime.overlay import overlay_of

with overlay_of(Path(sys.argv[1])) as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


def test_what_a_killed_plan_left_is_removed_by_the_next_one_but_not_what_one_under_way_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = [sys.executable, "-c", _PLAN_FOR_EVER, str(tmp_path / "home")]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as alive,
    ):
        assert killed.stdout is not None
        assert alive.stdout is not None
        left, used = Path(killed.stdout.readline().strip()), Path(alive.stdout.readline().strip())
        killed.kill()
        killed.wait()
        with overlay_of(tmp_path / "home"):
            assert left.exists()  # it is too young to be told from one that begins
        for folder in (left, used):
            os.utime(folder / "plan.lock", (1, 1))
        with overlay_of(tmp_path / "home") as own:
            assert own.exists()
            assert not left.exists()
            assert used.exists()
        alive.kill()
