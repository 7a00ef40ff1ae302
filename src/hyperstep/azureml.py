"""`import hyperstep.azureml` makes `import azureml...` find hyperstep's v1 API in this process."""
