"""Makes the audit table append-only inside the database itself.

The triggers refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE) and an INSERT that is not at
the end. They stop a programme or a careless hand; a database owner can drop them, and then the
hash chain tells. Only migrations, and tests that clear their tables, call `remove`.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_SQLITE = {
    "audit_entry_no_update": """
        CREATE TRIGGER IF NOT EXISTS audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END""",
    "audit_entry_no_delete": """
        CREATE TRIGGER IF NOT EXISTS audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END""",
    # Also keeps INSERT OR REPLACE out, which deletes without firing the trigger above.
    "audit_entry_at_end": """
        CREATE TRIGGER IF NOT EXISTS audit_entry_at_end BEFORE INSERT ON audit_entry
        WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq >= NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END""",
}

_POSTGRES = """
    CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'restrict_violation'; END $$;
    CREATE OR REPLACE FUNCTION audit_entry_at_end() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM audit_entry WHERE seq >= NEW.seq) THEN
            RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse();
    CREATE OR REPLACE TRIGGER audit_entry_at_end BEFORE INSERT ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_at_end();
"""

_POSTGRES_REMOVE = """
    DROP TRIGGER IF EXISTS audit_entry_no_change ON audit_entry;
    DROP TRIGGER IF EXISTS audit_entry_at_end ON audit_entry;
    DROP FUNCTION IF EXISTS audit_entry_refuse();
    DROP FUNCTION IF EXISTS audit_entry_at_end();
"""


def install(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES)
        else:
            for statement in _SQLITE.values():
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_REMOVE)
        else:
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that should be there and are not: `manage.py audit verify` and `doctor` report them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = {"audit_entry_no_change", "audit_entry_at_end"}
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass AND tgenabled IN ('O', 'A')"
            )
        else:
            wanted = set(_SQLITE)
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
