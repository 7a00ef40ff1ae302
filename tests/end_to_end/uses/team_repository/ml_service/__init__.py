"""What the build agent runs."""
