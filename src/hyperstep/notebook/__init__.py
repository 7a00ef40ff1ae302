"""Notebooks: what a kernel is told when it loads hyperstep, and running one without a browser."""
