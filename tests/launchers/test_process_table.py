"""What the system tells of processes."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from hyperstep.launchers import process_table
from hyperstep.launchers.process_table import boot_id, children_of, descendants_of, look_up

NOBODY = (1 << 22) + 1


def test_our_own_process_is_known_by_start_and_parent() -> None:
    state = look_up(os.getpid())
    assert state is not None
    assert state.parent == os.getppid()
    assert not state.zombie
    assert state == look_up(os.getpid())


def test_a_process_that_does_not_exist_is_not_found() -> None:
    assert look_up(NOBODY) is None
    assert children_of(NOBODY) == []


def test_elsewhere_than_on_linux_psutil_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_table, "_ON_LINUX", False)
    state = look_up(os.getpid())
    assert state is not None
    assert (state.parent, state.zombie) == (os.getppid(), False)
    assert state.started_at == psutil.Process().create_time()
    assert look_up(NOBODY) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists children and boots")
def test_children_and_their_children_are_listed() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.pid in children_of(os.getpid())
        (grandchild,) = children_of(process.pid)
        assert {process.pid, grandchild} <= set(descendants_of(os.getpid()))
        process.communicate(b"\n")
    assert boot_id()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_name_with_brackets_and_spaces_is_no_trouble() -> None:
    program = "import ctypes; ctypes.CDLL(None).prctl(15, b') S 1 (x'); print(1, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        state = look_up(process.pid)
        process.communicate(b"\n")
    assert state is not None
    assert state.parent == os.getpid()
