"""What of the v1 API works, works differently or is refused; and reading code for the names it uses."""
