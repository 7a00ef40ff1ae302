"""The words in which it is noted and kept what a step's script has read."""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.digest import Json
from hyperstep.pipeline.dataset_definition import REGISTERED, SAVED

READS = "reads"
"""Key of a source's record."""

READS_PROPERTY = "hyperstep.reads"
"""Property of a run: JSON, a list of ``{"what", "name", "asked", "found"}``, of data with their ``"state"``."""

SETTLED_PROPERTY = "hyperstep.settled_reads"
"""Property of a trial that has ended, and of a run that another stands for: the same, with the content of all data."""

DATASETS = frozenset({REGISTERED, SAVED})
"""Kinds of the named things that have files of data behind them."""

MARKS = "marks"
"""Key of a noted read: a version's tags, properties and description."""

STATE = "state"
"""Key of a noted read: the state of the dataset's files just before the script got it."""

ROOTS = "roots"
"""Key of a noted read: the root runs that count as the reader's own; the source's without it."""

LISTING = "all versions"
"""What is asked for, when a script looks through all versions of a thing, or through all things of a kind."""

KEPT = "as it is kept"
"""What is asked for, when a script reads what is kept by an id, such as a published pipeline, or all of that kind."""

RUN = "run"
"""What is read, when it is a run; else the kind of a named thing."""

STEP, PIPELINE, STEPS = "step", "run of the pipeline", "steps of the pipeline"
"""What is read, when it is of the pipeline that the reader is a step of."""

RESULT = "registered "
"""How what is noted begins, when it is what a job has registered itself: a kind of named thing follows."""

FILES = "files"
"""What is read, when it is files by their places in datastores; ``asked`` are these places."""

SUBMITTED = "submitted run"
"""What is read, when it is all that a run reads that the reader submitted; the read's name is that run's id."""

KIN = "run of its pipeline"
"""What is noted as read: ``asked`` is the root run, ``name`` that or the one below it which the run belongs to."""

RECORDS = "records"
"""Key of a kept read of a step: what was recorded of the run that computed it."""

GIVEN, WRITERS = "given", "writers"
"""Keys of a read of the pipeline's run: what was to be seen of it but for what steps wrote; which steps had ended by
then and so may have written there, with the runs that computed them. None while another step went on."""

SCRIPT_TAGS, SCRIPT_PROPERTIES = "tags", "properties"
"""Keys of a source's record: those of its run that its script gave it."""

SHOWN_DIGITS = 12
"""How many digits of a digest are noted, where one is all that tells of what was found."""


def each_kept_read(kept: Json) -> list[Mapping[str, Json]]:
    """What a source's record keeps under ``READS``, read one by one; nothing when it is not a list."""
    return [read for read in kept if isinstance(read, Mapping)] if isinstance(kept, list | tuple) else []
