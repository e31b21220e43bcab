"""What may the running service do to its own tables? Append-only ones: add and read, no more.

By trigger, which holds for everybody, and by grant, for the role the service runs under. Both are
laid again after every migration, so a new table cannot be forgotten.
"""

from sqlalchemy import Connection, inspect, text

from app.platform.db.base import append_only_tables, insert_triggers
from app.platform.db.embedded import APP_ROLE

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$
"""


def protect(connection: Connection) -> None:
    """Lay triggers and grants over the tables that exist now."""
    existing = set(inspect(connection).get_table_names())
    connection.execute(text(REFUSE))
    for table in append_only_tables():
        if table in existing:
            connection.execute(
                text(
                    f'CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
                    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
            )
            connection.execute(
                text(
                    f'CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON "{table}" '
                    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
                )
            )
    for table, statement in insert_triggers().items():
        if table in existing:
            _lay_insert_trigger(connection, table, statement)
    role = text("SELECT 1 FROM pg_roles WHERE rolname = :role AND rolname <> current_user")
    if connection.scalar(role, {"role": APP_ROLE}):
        _grant(connection, existing - {"alembic_version"})


def _lay_insert_trigger(connection: Connection, table: str, statement: str) -> None:
    connection.execute(
        text(
            f'CREATE OR REPLACE FUNCTION "{table}_added"() RETURNS trigger LANGUAGE plpgsql AS $$ '
            f"BEGIN {statement}; RETURN NULL; END $$"
        )
    )
    connection.execute(
        text(
            f'CREATE OR REPLACE TRIGGER added AFTER INSERT ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{table}_added"()'
        )
    )


def _grant(connection: Connection, tables: set[str]) -> None:
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"))
    for table in sorted(tables):
        rights = "SELECT, INSERT"
        if table not in append_only_tables():
            rights += ", UPDATE, DELETE"
        connection.execute(text(f'REVOKE ALL ON "{table}" FROM {APP_ROLE}'))
        connection.execute(text(f'GRANT {rights} ON "{table}" TO {APP_ROLE}'))
