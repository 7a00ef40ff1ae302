"""Asking a runner to do something: one file a request in the root run's ``inbox`` folder, one file for the answer.

A request is idempotent by its id, so that a runner that takes over may answer it again.
"""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.digest import Json
from hyperstep.runtime.home import Home


def ask(home: Home, root_id: str, kind: str, body: Mapping[str, Json], *, timeout_s: float = 60.0) -> Json:
    """Have the runner do something, and wait for its answer.

    Kinds: ``cancel`` {run_id, reason}; ``put_named`` {workspace, kind, name, body} (answers with the version);
    ``update_run`` {run_id, tags, properties, name} (merged); ``log`` {run_id, records}: metric records for another run
    of the same root.

    Raises:
        StoreError: The runner refused; the message is its own.
        ConflictError: No runner answered in time.
    """
    raise NotImplementedError
