"""The rules of reuse that hold for a submission: settings, and what `hyperstep run` and `plan` were told."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection

from hyperstep.pipeline.reuse_rules import EVERY_STEP, DatasetReuse, ReuseRules
from hyperstep.runtime.home import VERIFY_VARIABLE
from hyperstep.settings import Settings

NO_REUSE_VARIABLE = "HYPERSTEP_NO_REUSE"
"""A JSON list of step names, ``*`` for all."""
NEW_SEED_VARIABLE = "HYPERSTEP_NEW_SEED"
"""Set to anything: sweeps without a seed draw a new one."""

_logger = logging.getLogger("hyperstep")


def reuse_rules(settings: Settings) -> ReuseRules:
    """The rules of what this process submits."""
    return ReuseRules(
        datasets=DatasetReuse(settings.dataset_reuse),
        packages_count=settings.reuse_packages == "key",
        max_age_s=settings.reuse_max_age_s,
        hash_limit_bytes=settings.hash_limit_bytes,
        verify=bool(os.environ.get(VERIFY_VARIABLE)),
        trials=settings.reuse_trials == "reuse",
        new_seed=bool(os.environ.get(NEW_SEED_VARIABLE)),
        without=tuple(str(name) for name in json.loads(os.environ.get(NO_REUSE_VARIABLE) or "[]")),
    )


def warn_of_unknown_steps(rules: ReuseRules, names: Collection[str]) -> None:
    """Say which steps were to run anew and are no steps of what is submitted."""
    for name in rules.without:
        if name != EVERY_STEP and name not in names:
            _logger.warning("--no-reuse=%s: there is no such step; the steps are: %s", name, ", ".join(sorted(names)))
