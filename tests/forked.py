"""Doing something in a forked child, which never goes on as a second test process, whatever it raises."""

from __future__ import annotations

import os
from collections.abc import Callable

NOBODY = 65534


def said_in_child(action: Callable[[], object], *, user: int | None = None) -> str:
    """What comes of an action in a child, or what it raises, as text.

    Args:
        action: What to do; as another user it may not be allowed to load a module any more.
        user: Who the child becomes, where it may.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if user is not None and os.geteuid() == 0:
                os.setuid(user)
            os.write(writing, repr(action()).encode())
        except BaseException as error:  # noqa: BLE001 - it ends here
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    os.waitpid(pid, 0)
    return text
