"""Which packages a job's environment asks for, what of it is there, and environments built to order."""
