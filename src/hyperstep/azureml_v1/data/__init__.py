"""What ``azureml.data`` holds: datastores, data references, file datasets and how they reach a job."""
