"""ScriptRun: a run of one script, on its own or as a trial."""

from __future__ import annotations

from hyperstep.azureml_v1.core.run import Run

TYPE_CHECKING = False  # a name that type checkers know; ``typing`` itself costs milliseconds
if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment


class ScriptRun(Run):
    """A run of one script.

    Args:
        experiment: Its experiment.
        run_id: Its id.
        directory: Accepted and not used.
        _run_config: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    RUN_TYPE = "azureml.scriptrun"

    def __init__(
        self,
        experiment: Experiment,
        run_id: str,
        directory: object = None,
        _run_config: object = None,
        **kwargs: object,
    ) -> None:
        super().__init__(experiment, run_id, **kwargs)
        del directory
