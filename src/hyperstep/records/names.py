"""Names in the records: those that a runner writes and that are looked for by who shows them."""

from __future__ import annotations

BEST_TABLE = "best_child_by_primary_metric"
"""Metric of a sweep's run: a row for each new best trial, as in v1."""
HISTORY = "history"
"""Kind of the decision in the ledger, and property of the sweep's run: a ``HistoryVerdict`` as JSON."""
LOG_NAMES = ("azureml-logs/70_driver_log.txt", "user_logs/std_log.txt")
"""The two names under which v1 shows a process's output."""
SAVED_S = "saved_s"
"""Property of a trial that a finished one stands for: how long that one took, in seconds."""
SEED_FROM = "seed_from"
"""Property of a sweep's run: the earlier sweep whose seed it took over."""
STOPPED_EARLY = "stopped_early"
"""Property of a trial that a policy stopped."""
