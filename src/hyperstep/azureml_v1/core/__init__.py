"""What ``azureml.core`` holds: workspaces, experiments, runs, script runs, environments, compute, models."""
