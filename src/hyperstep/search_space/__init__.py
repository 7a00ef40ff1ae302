"""What may be tried: distributions and the space they form."""
