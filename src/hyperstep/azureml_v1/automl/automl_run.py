"""AutoMLRun: there is none here; it holds its arguments, and every question to it says what to do instead."""

from __future__ import annotations

from typing import Any, Never

from hyperstep.azureml_v1.automl.refusal import refuse


class AutoMLRun:
    """A run of automated machine learning, of which there is none here.

    Args:
        experiment: Whose.
        run_id: Its id.
        **kwargs: Accepted and not used.
    """

    def __init__(self, experiment: Any, run_id: str, **kwargs: object) -> None:  # noqa: ANN401 - kept only
        del kwargs
        self.experiment = experiment
        self.run_id = run_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}(run_id={self.run_id!r})"

    def __getattr__(self, name: str) -> Never:
        if name.startswith("_"):
            raise AttributeError(name)  # what Python itself looks for must look absent
        refuse(f"{type(self).__name__}.{name}")


class AutoMLStepRun(AutoMLRun):
    """The run of an AutoMLStep, of which there is none here.

    Args:
        step_run: The step run.
    """

    def __init__(self, step_run: Any) -> None:  # noqa: ANN401 - kept only
        super().__init__(step_run.experiment, step_run.id)
