"""Entry of the trial host process."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from hyperstep.launchers.host.address import Address
from hyperstep.launchers.host.keeper import leave_a_keeper
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.server import HostServer
from hyperstep.launchers.host.warm.warm_servers import IDLE_S


def main(arguments: list[str]) -> int:
    """Take the address, go to the background, serve until idle."""
    parser = argparse.ArgumentParser(prog="python -m hyperstep.launchers.host", description="The trial host.")
    parser.add_argument("control_socket", type=Path)
    parser.add_argument(
        "--idle-s", type=float, default=10.0, help="seconds without attempts and clients before it ends"
    )
    parser.add_argument(
        "--linger-s", type=float, default=IDLE_S, help="seconds that a warm server stays when no client is connected"
    )
    parser.add_argument(
        "--stand-by", action="store_true", help="read from standard input for what a process is to stand by"
    )
    options = parser.parse_args(arguments)
    address = Address.take(options.control_socket)
    if address is None:
        return 0
    stand_by = json.load(sys.stdin) if options.stand_by else None
    if os.fork():
        os._exit(0)
    _detach(address.crash_log)
    register = Register()
    leave_a_keeper(address, register)
    HostServer(address, register, idle_s=options.idle_s, linger_s=options.linger_s).run(stand_by)
    return 0


def _detach(crash_log: Path) -> None:
    """Own session, no folder held, no descriptor of whoever started us."""
    os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    errors = os.open(crash_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, null), (1, null), (2, errors)):
        os.dup2(source, target)
    os.close(null)
    os.close(errors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
