"""PostgreSQL: the base of every table, the engines, the embedded server."""
