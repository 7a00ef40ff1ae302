"""hyperstep: hyperparameter tuning as a pipeline step, local first."""

TYPE_CHECKING = False  # a name that type checkers know; every process loads this module, so it loads nothing
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0.dev0"


def load_ipython_extension(ipython: "Any") -> None:  # noqa: ANN401 - IPython is optional
    """``%load_ext hyperstep``: makes the cells after it run unedited, as ``import hyperstep.azureml`` does.

    Args:
        ipython: IPython's shell.

    Raises:
        ImportError: Modules of an installed SDK are in use already; the message says to restart.
    """
    import importlib  # noqa: PLC0415 - see above

    importlib.import_module("hyperstep.notebook.extension").load(ipython)
