"""The least that a fork server can be: it imports, forks for each line it reads, and says who has ended.

``python bare_fork_server.py MODULE …``; a line is a folder, in which the child runs ``train.py``.
The child ends at once when the script has, without an orderly end of the interpreter.
"""

from __future__ import annotations

import gc
import os
import select
import sys


def main(modules: list[str]) -> None:
    """Serve until there is no more input."""
    for name in modules:
        __import__(name)
    compile("", "<string>", "exec")  # makes the types of syntax trees, which each child would make for itself
    gc.collect()
    gc.freeze()  # so that no child's collector writes to what it shares
    print("ready", flush=True)
    waiting, live = b"", 0
    while True:
        if select.select([0], (), (), 0.0 if live else None)[0]:
            data = os.read(0, 65536)
            if not data:
                return
            *folders, waiting = (waiting + data).split(b"\n")
            for folder in folders:
                live += 1
                if os.fork() == 0:
                    run(folder)
        elif live:
            os.wait()
            live -= 1
            os.write(1, b"ended\n")


def run(folder: bytes) -> None:
    """The child."""
    os.setsid()
    os.chdir(folder)
    log = os.open("log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    with open("train.py", "rb") as script:  # noqa: PTH123
        code = compile(script.read(), "train.py", "exec")
    exec(code, {"__name__": "__main__"})  # noqa: S102
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
