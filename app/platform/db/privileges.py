"""What may the running service do to its own tables? Append-only ones: add and read, no more.

By trigger, which holds for everybody, and by grant, for the role the service runs under. Both are
laid again after every migration, so a new table cannot be forgotten.
"""

from sqlalchemy import Connection, inspect, text

from app.platform.db.base import append_only_tables, insert_triggers

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$
"""


def protect(connection: Connection, app_role: str) -> None:
    """Lay triggers and grants over the tables that exist now. No grants where the role under which
    the service runs does not exist, or is the owner itself.
    """
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
    if connection.scalar(role, {"role": app_role}):
        _grant(connection, existing - {"alembic_version"}, app_role)


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


def _grant(connection: Connection, tables: set[str], app_role: str) -> None:
    role = connection.dialect.identifier_preparer.quote(app_role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    for table in sorted(tables):
        rights = "SELECT, INSERT"
        if table not in append_only_tables():
            rights += ", UPDATE, DELETE"
        connection.execute(text(f'REVOKE ALL ON "{table}" FROM {role}'))
        connection.execute(text(f'GRANT {rights} ON "{table}" TO {role}'))
    # whether the schema is the one this code was written for
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {role}"))
