"""The process that owns one submitted run and drives it to its end."""
