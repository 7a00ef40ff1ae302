"""A look at the hosts of this machine, some of which do not answer."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from hyperstep.launchers import glance, host_link
from hyperstep.launchers.control_path import control_folder, default_control_path
from hyperstep.launchers.glance import ask_all, live_hosts
from hyperstep.launchers.host_link import connect_or_start, host_pid

pytestmark = pytest.mark.usefixtures("own_hosts")


def test_hosts_that_stand_still_are_left_out_and_waited_for_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_link, "_GLANCE_S", 0.05)
    silent = []
    for number in range(3):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path: Path = control_folder() / f"silent-{number}.sock"
        listener.bind(str(path))
        listener.listen()
        silent.append(listener)
    with connect_or_start(default_control_path(), idle_s=30.0):
        found = live_hosts()
        assert list(found) == [default_control_path()]
        ((hello, pids),) = ask_all("hello", "pids").values()
        assert hello["pid"] == found[default_control_path()]
        assert pids["pids"] == {}
        monkeypatch.setattr(glance, "PATIENCE_S", 0.2)
        os.kill(hello["pid"], signal.SIGSTOP)
        assert live_hosts() == {}
        os.kill(hello["pid"], signal.SIGCONT)
    assert host_pid(control_folder() / "silent-0.sock") is None
    for listener in silent:
        listener.close()


def test_one_that_ends_while_it_is_asked_is_left_out() -> None:
    gone = control_folder() / "gone.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(gone))
    assert live_hosts() == {}
