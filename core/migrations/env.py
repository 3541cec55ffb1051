"""Run migrations on the connection that core.schema hands over. Knows no table: models register with Base."""

from alembic import context

from core.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
