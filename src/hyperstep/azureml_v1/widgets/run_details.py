"""RunDetails: shows a run where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.widgets.live_panel import notebook_shell, show_live
from hyperstep.azureml_v1.widgets.run_text import describe_run

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run


class RunDetails:
    """Shows a run.

    Args:
        run_instance: A PipelineRun, StepRun, HyperDriveRun or Run.
    """

    def __init__(self, run_instance: Run) -> None:
        self._run = run_instance

    def show(self, render_lib: object = None, widget_settings: object = None) -> None:
        """Show the run, the runs below it, and for a sweep its trials with the best so far.

        In a notebook it is drawn at once and kept up to date until the run has ended; elsewhere, and without
        ipywidgets, it is printed as it is now.

        Args:
            render_lib: Accepted and not used.
            widget_settings: Accepted and not used.
        """
        del render_lib, widget_settings
        source = RunSource(self._run.experiment.workspace, self._run.id)
        shell = notebook_shell()
        if shell is not None and show_live(source, shell):
            return
        for line in describe_run(source):
            say(line)

    def get_widget_data(self, widget_settings: object = None) -> dict[str, object]:
        """The run's details.

        Args:
            widget_settings: Accepted and not used.
        """
        del widget_settings
        return self._run.get_details()
