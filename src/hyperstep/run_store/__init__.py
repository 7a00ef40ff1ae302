"""The durable record of runs, trials, metrics and decisions."""
