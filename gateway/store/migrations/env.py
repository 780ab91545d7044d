"""
Alembic's entry: runs revisions inside the caller's open write transaction, all or nothing (both engines' DDL is transactional).

There is no offline mode and no URL here: the connection is the one that `migrate` passes.
"""

from __future__ import annotations

from alembic import context

from gateway.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
