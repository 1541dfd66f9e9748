"""How the tables came to be, step by step, for alembic: `versions/` in order of their numbers."""
