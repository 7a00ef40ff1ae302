"""The shell that acts: home, submission, runner, inbox, recovery."""
