"""What to try next: one sampler a file."""
