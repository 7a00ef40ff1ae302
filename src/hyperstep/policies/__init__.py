"""When to stop a trial early: one policy a file."""
