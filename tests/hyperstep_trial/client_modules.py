"""What a script loads of ours that logs a metric."""

from __future__ import annotations

CLIENT = frozenset(
    {
        "hyperstep_trial",
        "hyperstep_trial.errors",
        "hyperstep_trial.images",
        "hyperstep_trial.json_text",
        "hyperstep_trial.metric_logger",
        "hyperstep_trial.record_writer",
        "hyperstep_trial.run",
        "hyperstep_trial.run_logger",
        "hyperstep_trial.uploads",
        "hyperstep_trial.values",
    }
)
