"""A warm server that is ended while it imports, as nobody is there any more, says nothing against its libraries."""

from __future__ import annotations

import os
import selectors
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.warm import warm_servers
from hyperstep.launchers.host.warm.warm_servers import Cold, Wanted, WarmServers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")


@pytest.fixture
def servers() -> Iterator[WarmServers]:
    """Those of a host that keeps none without a client, as in CI."""
    with selectors.DefaultSelector() as selector:
        found = WarmServers(selector, Register(), linger_s=0.0)
        yield found
        found.end_idle(clients=False)
        for pid in found.children:
            os.waitpid(pid, 0)


@pytest.fixture
def choose(servers: WarmServers, tmp_path: Path) -> Cold:
    """The answer to the first attempt of a script, which has a server started."""
    return _choose(servers, tmp_path)


def _choose(servers: WarmServers, folder: Path) -> Cold:
    (folder / "train.py").touch()
    found = servers.choose(Wanted("key", ["json"]), [sys.executable, "train.py"], {}, str(folder))
    assert isinstance(found, Cold)
    return found


def test_the_next_attempt_has_another_one_started(servers: WarmServers, choose: Cold, tmp_path: Path) -> None:
    assert choose == Cold("the warm server is only starting", for_now=True)
    servers.end_idle(clients=False)
    assert _choose(servers, tmp_path) == choose


def test_one_that_imports_for_too_long_is_not_started_again(
    servers: WarmServers, choose: Cold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose.for_now
    monkeypatch.setattr(warm_servers, "IMPORT_S", 0.0)
    servers.end_idle(clients=True)
    assert _choose(servers, tmp_path) == Cold("its imports took longer than 0 s")
