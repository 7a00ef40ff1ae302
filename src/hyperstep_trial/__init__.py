"""What a training script loads: the standard library only, in a few milliseconds.

A process is a job when its environment has ``AZUREML_RUN_ID`` and ``HYPERSTEP_ATTEMPT_FOLDER``. Then
``Run.get_context()`` gives a run whose calls append records to ``records.jsonl`` in that folder, one JSON object a
line, each line written by one system call before the log call returns:

``{"kind": "scalar" | "list" | "row" | "table" | "image" | "artifact", "name", "value", "step", "time"}``
    a metric; ``value`` as in ``hyperstep.records.metric.MetricRecord``, ``time`` in seconds since the epoch
``{"kind": "tag" | "property", "name", "value"}``, ``{"kind": "untag", "name"}``
    tags and properties, as text
``{"kind": "display_name" | "description", "value"}``
    the run's names
``{"kind": "upload", "name"}``
    a file that stands whole at ``uploads/<name>`` in the attempt's folder
``{"kind": "error", "code", "message"}``
    why the script says that it fails

NaN and the infinities are written as Python's ``json`` does. A line that is not whole can only be the last one, or one
that did not fit on a full disk; an empty line may follow the latter. After each write the run's id is sent to the unix
datagram socket at ``HYPERSTEP_DOORBELL``, when there is one, without waiting: the runner then reads the file. What a
script reads (parent, experiment, other runs) is loaded from the engine when it is first touched.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hyperstep_trial.run import Run

__all__ = ["Run"]


def __getattr__(name: str) -> object:
    """Load ``Run`` when it is first asked for, so that the finder costs nothing more than itself."""
    if name != "Run":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from hyperstep_trial.run import Run as loaded  # noqa: PLC0415, N813

    globals()[name] = loaded
    return loaded
