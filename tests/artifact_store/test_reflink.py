"""Copies of contents: shared where the file system can, never begun where there is no room."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from hyperstep.artifact_store import reflink
from hyperstep.artifact_store.reflink import copy_content


def test_a_copy_has_the_content_and_is_independent(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * (2 << 20))
    copy_content(tmp_path / "source", tmp_path / "target")
    (tmp_path / "target").write_bytes(b"y")
    assert (tmp_path / "source").read_bytes() == b"x" * (2 << 20)


def test_a_copy_that_does_not_fit_is_refused_with_both_sizes_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").write_bytes(b"x" * (2 << 20))
    monkeypatch.setattr(reflink, "clone", lambda _source, _target: False)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(OSError, match="2,097,152 bytes are needed and 1,000 are free") as raised:
        copy_content(tmp_path / "source", tmp_path / "target")
    assert raised.value.errno == errno.ENOSPC
    assert not (tmp_path / "target").exists()
