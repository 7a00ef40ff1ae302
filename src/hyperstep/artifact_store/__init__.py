"""Files by content, and source folders as snapshots."""
