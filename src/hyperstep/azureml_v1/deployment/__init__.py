"""Deployment: what serves a model elsewhere. Its classes hold their arguments; reaching a service is refused."""
