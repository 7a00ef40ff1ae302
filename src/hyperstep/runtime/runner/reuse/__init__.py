"""What a run takes over from earlier ones: steps, trials, seeds, history; and the plan that says so before."""
