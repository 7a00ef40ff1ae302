"""What a training script loads: standard library only."""
