"""What is kept in the cache: whole or not at all, one writer at a time."""

from __future__ import annotations

import threading
from pathlib import Path

from msgspec.structs import replace

from hyperstep.runtime.runner.warm import memory
from hyperstep.runtime.runner.warm.imports import Imports
from hyperstep.runtime.runner.warm.memory import WarmMemory
from hyperstep.runtime.runner.warm.verdict import Process, Verdict, Watch

IMPORTS = Imports(("a",), ("/a.py",), 1.0)


def test_what_was_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    verdict = Verdict(proven_for=("s",), kills=1, watch=Watch("trial", "t", Process(1, 2.0, "b"), doubted=True))
    WarmMemory(tmp_path).keep_imports("script", IMPORTS)
    WarmMemory(tmp_path).change_verdict("server", lambda _: verdict)
    assert WarmMemory(tmp_path).imports("script") == IMPORTS
    assert WarmMemory(tmp_path).verdict("server") == verdict


def test_equal_sets_are_kept_in_the_order_of_the_first(tmp_path: Path) -> None:
    kept = WarmMemory(tmp_path)
    kept.keep_imports("one", Imports(("b", "a", "c"), ("/b.py", "/a.py", "/c.py"), 1.0))
    kept.keep_imports("two", Imports(("c", "a", "b"), ("/c.py", "/a.py", "/b.py"), 2.0))
    kept.keep_imports("three", Imports(("c", "a"), ("/c.py", "/a.py"), 2.0))
    assert kept.imports("two") == Imports(("b", "a", "c"), ("/b.py", "/a.py", "/c.py"), 2.0)
    three = kept.imports("three")
    assert three is not None
    assert three.modules == ("c", "a")


def test_what_is_absent_or_damaged_is_not_known(tmp_path: Path) -> None:
    kept = WarmMemory(tmp_path)
    assert kept.imports("script") is None
    assert kept.verdict("server") == Verdict()
    kept.keep_imports("script", IMPORTS)
    kept.change_verdict("server", lambda v: replace(v, why_cold="bad"))
    for file in tmp_path.rglob("*.json"):
        file.write_text('{"modules": 3, "why_cold": []')
    assert kept.imports("script") is None
    assert kept.verdict("server") == Verdict()
    for file in tmp_path.rglob("*.json"):
        file.write_text('{"modules": 3, "why_cold": []}')
    assert kept.imports("script") is None
    assert kept.verdict("server") == Verdict()


def test_changes_of_several_processes_follow_each_other(tmp_path: Path) -> None:
    def count() -> None:
        for _ in range(20):
            WarmMemory(tmp_path).change_verdict("server", lambda v: replace(v, kills=v.kills + 1))

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert WarmMemory(tmp_path).verdict("server").kills == 60


def test_a_cache_that_cannot_be_written_to_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "warm").write_text("a file")
    kept = WarmMemory(tmp_path)
    kept.keep_imports("script", IMPORTS)
    assert kept.change_verdict("server", lambda v: replace(v, why_cold="bad")).why_cold == "bad"
    assert kept.imports("script") is None


def test_the_oldest_go(tmp_path: Path) -> None:
    kept = WarmMemory(tmp_path)
    for number in range(memory.MOST_FILES + 5):
        kept.keep_imports(f"script{number}", IMPORTS)
    assert len(list((tmp_path / "warm" / "imports").iterdir())) == memory.MOST_FILES
    assert kept.imports(f"script{memory.MOST_FILES + 4}") == IMPORTS
