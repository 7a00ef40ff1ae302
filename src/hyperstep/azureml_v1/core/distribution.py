"""What becomes of a run configuration that asks for several processes: one is started, or the run is refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.exceptions import RunConfigurationException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.runconfig import RunConfiguration

_logger = logging.getLogger("hyperstep.azureml")


def check_distribution(run_config: RunConfiguration) -> None:
    """Refuse several nodes; say that one process is started where several are asked for on one node.

    Raises:
        RunConfigurationException: More than one node or worker is asked for, or Spark.
    """
    nodes = max(run_config.node_count, run_config.mpi.node_count, run_config.pytorch.node_count)
    workers = max(nodes, run_config.tensorflow.worker_count)
    if workers > 1:
        message = (
            f"A job is one process on this machine, so it cannot be spread over {workers} nodes. Set node_count (or "
            "worker_count) to 1; trials of a sweep run side by side all the same."
        )
        raise RunConfigurationException(message)
    if str(run_config.framework).lower() == "pyspark":
        message = "The framework PySpark is not started here. Use the framework Python, and start Spark in the script."
        raise RunConfigurationException(message)
    processes = max(run_config.mpi.process_count_per_node, run_config.pytorch.process_count or 1)
    if processes > 1:
        _logger.warning("One process is started, not %d: ranks and world sizes are not set.", processes)
