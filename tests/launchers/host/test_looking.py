"""A look at the hosts of this machine, one of which does not answer."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hyperstep.launchers import host_link
from hyperstep.launchers.control_path import control_folder
from hyperstep.launchers.host_link import host_pid, live_hosts


@pytest.mark.usefixtures("own_hosts")
def test_a_host_that_stands_still_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_link, "_GLANCE_S", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        path: Path = control_folder() / "silent.sock"
        silent.bind(str(path))
        silent.listen()
        assert host_pid(path) is None
        assert live_hosts() == {}
        path.unlink()
