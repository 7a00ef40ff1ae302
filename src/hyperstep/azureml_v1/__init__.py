"""The Azure ML SDK v1 API over the engine: checks arguments as v1 did, translates, reads back; decides nothing."""
