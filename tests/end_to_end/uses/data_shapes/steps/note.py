"""A step with nothing to read or write."""

print("noted")
