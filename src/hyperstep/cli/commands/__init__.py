"""One command a file; `hyperstep.cli.main` has their list."""
