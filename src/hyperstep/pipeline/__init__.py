"""Steps, the graph they form, fingerprints and reuse: pure."""
