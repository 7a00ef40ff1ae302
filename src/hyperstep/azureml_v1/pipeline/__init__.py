"""The v1 pipeline area: steps, the data between them, the graph they form, and the runs of it."""
