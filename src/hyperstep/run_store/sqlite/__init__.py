"""The run store on SQLite files: one index for the home, one database for each root run."""
