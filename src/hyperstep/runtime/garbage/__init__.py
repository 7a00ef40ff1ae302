"""What no run refers to any more: finding it, deciding what goes, removing it."""
