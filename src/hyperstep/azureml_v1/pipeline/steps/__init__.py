"""The v1 step types."""
