"""hyperstep: hyperparameter tuning as a pipeline step, local first."""

__version__ = "0.1.0.dev0"
