"""What ``azureml.train.hyperdrive`` offers, over the engine's search spaces, samplers, policies and sweeps."""
