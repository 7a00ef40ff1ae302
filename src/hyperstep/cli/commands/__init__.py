"""One command a file; `hyperstep.cli.root` has their list."""
