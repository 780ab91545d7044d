"""The database: one function for each purpose a statement has."""
