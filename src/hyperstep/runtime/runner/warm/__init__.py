"""Which attempts are forked from a warm server: what to import there, when it is safe, what became of it."""
