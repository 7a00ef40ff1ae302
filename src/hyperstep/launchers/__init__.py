"""Where attempts run: one launcher a file."""
