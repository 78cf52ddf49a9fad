"""Every way into the database names its tenant, and no statement is put together from values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.code import (
    calls_of,
    imported,
    name_called,
    public_functions,
    sources,
    tree_of,
)

STORE = [path for path in sources("backend/store") if "migrations" not in path.parts]
WITHOUT_A_TENANT = {
    "backend/store/sealed.py seal": "takes the tenant second; it opens no database",
    "backend/store/sealed.py unseal": "the same",
    "backend/store/sessions.py read_token": "reads a cookie; it opens no database",
    "backend/store/old_journal.py read_line": "reads a text; it opens no database",
    "backend/store/books.py status_of": "reads a row; it opens no database",
    "backend/store/tallies.py tallies_of": "adds up what was counted; it opens no database",
    "backend/store/migrate.py migrate": "lays out the tables, for all tenants, as their owner",
    "backend/store/sql_migration.py run": "the same, a statement of a migration",
    "backend/store/sql_migration.py sql_migration": "the same, all of one",
}
OUTSIDE_THE_STORE = {
    "backend/embedded_postgres/roles.py": "makes the logins of a new server, before any tenant",
}
TAKES_SQL = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "ask", "raw")
MIGRATION = "backend/store/migrations/patchbay_2026_11_23_first_call.py"
HANDED_ON = {
    "backend/store/tenancy.py work": "what `_begin` made; see below",
    "backend/store/tenancy.py ask": "a caller's question; looked at where it is asked",
    "backend/store/tenancy.py run": "what Piccolo built: the values are parameters",
    "backend/store/migrate.py _migrate": "a login's name, quoted by PostgreSQL; see below",
    "backend/store/sql_migration.py run": "what a migration says, see below",
    "backend/embedded_postgres/roles.py _lay_out": "logins of a new server; see below",
}
"""Where a connection is handed something else than a literal or a constant of the module."""
PUT_TOGETHER = {
    "backend/store/tenancy.py _begin": "the tenant goes in with BEGIN, and is a UUID by then",
    "backend/store/migrate.py _migrate": "a login's name, quoted by PostgreSQL",
    f"{MIGRATION} lay_out": "names of tables and functions that stand in the same file",
    f"{MIGRATION} tear_down": "the same",
    "backend/store/migrations/patchbay_2026_11_26_facts.py forwards": "the same, of tables",
    "backend/store/migrations/patchbay_2026_11_27_roll_ups.py forwards": "the same, of tables",
    "backend/embedded_postgres/roles.py _lay_out": "names and passwords of our own making",
}
"""Where SQL is made of pieces."""
SQL = re.compile(r"\b(select|insert into|update|delete from|begin|drop|alter|grant|create)\b", re.I)
AT_ONCE = ("create_task", "gather", "TaskGroup", "wait", "as_completed", "ensure_future")


def test_every_public_function_of_the_store_takes_its_tenant_first():
    found: set[str] = set()
    for path in STORE:
        for function in public_functions(path):
            arguments = [*function.args.posonlyargs, *function.args.args]
            first = ast.unparse(arguments[0].annotation) if arguments[0].annotation else ""
            if first not in ("Work", "Database") and arguments[0].arg != "tenant":
                found.add(f"{path} {function.name}")
    assert found == set(WITHOUT_A_TENANT)


def test_nobody_but_the_store_speaks_to_postgresql():
    found = {
        str(path)
        for path in (*sources("backend"), *sources("dashboards"))
        if not path.is_relative_to("backend/store") and imported(path) & {"asyncpg", "piccolo"}
    }
    assert found == set(OUTSIDE_THE_STORE)


def test_nothing_runs_beside_a_transaction_on_its_connection():
    """A connection is one conversation: whoever starts a task inside gets another's answers."""
    found = [
        f"{path}:{call.lineno} {name_called(call)}"
        for path in sources("backend")
        for block in ast.walk(tree_of(path))
        if isinstance(block, ast.AsyncWith) and opens_work(block)
        for statement in block.body
        for call in calls_of(statement, *AT_ONCE)
    ]
    assert found == []


def opens_work(block: ast.AsyncWith) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call) and name_called(item.context_expr) == "work"
        for item in block.items
    )


def test_there_are_transactions_to_look_into():
    blocks = [
        block
        for path in sources("backend")
        for block in ast.walk(tree_of(path))
        if isinstance(block, ast.AsyncWith) and opens_work(block)
    ]
    assert len(blocks) > 10


def test_a_connection_is_handed_literals_and_constants_only():
    found = {
        where
        for path in speaking_sql()
        for where, call in calls_with_sql(path)
        if not is_fixed(call.args[0], constants_of(path))
    }
    assert found == set(HANDED_ON)


def test_no_statement_is_put_together_from_values():
    """Neither by f-string nor by `%`, `+` or `format`, wherever it is handed over later."""
    found = {
        f"{path} {function.name}"
        for path in speaking_sql()
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if is_put_together(node, constants_of(path))
    }
    assert found == set(PUT_TOGETHER)


def speaking_sql() -> list[Path]:
    return [*sources("backend/store"), *map(Path, OUTSIDE_THE_STORE)]


def is_put_together(node: ast.AST, constants: set[str]) -> bool:
    match node:
        case ast.JoinedStr(values=pieces):
            return any(SQL.search(str(p.value)) for p in pieces if isinstance(p, ast.Constant))
        case ast.BinOp(left=left, op=ast.Mod() | ast.Add()):
            return is_sql(left, constants)
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            return is_sql(value, constants)
        case _:
            return False


def is_sql(value: ast.expr, constants: set[str]) -> bool:
    match value:
        case ast.Constant(value=str(text)):
            return bool(SQL.search(text))
        case ast.Name(id=name):
            return name in constants
        case _:
            return False


def calls_with_sql(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in calls_of(function, *TAKES_SQL):
                if isinstance(call.func, ast.Attribute) and call.args:
                    yield f"{path} {function.name}", call


def constants_of(path: Path) -> set[str]:
    """The module's names that are given a literal, once."""
    return {
        target.id
        for node in tree_of(path).body
        if isinstance(node, ast.Assign) and is_fixed(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def is_fixed(value: ast.expr, constants: set[str]) -> bool:
    match value:
        case ast.Constant(value=str()):
            return True
        case ast.Name(id=name):
            return name in constants
        case _:
            return False
