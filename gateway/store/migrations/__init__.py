"""The store's revisions, run by `gateway.store.database.migrate` and by nothing else."""
