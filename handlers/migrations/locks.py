"""What a statement does and locks, read from its parse tree. Pure.

After PostgreSQL's "Explicit Locking" and the lock levels of ALTER TABLE. A DO block, CALL or an
extension's script can do anything: only a test shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.migrations.locks_alter import alter
from handlers.migrations.locks_words import Told, column_of, relation, relation_name
from handlers.migrations.result import Advice, Lock, Mode

_KINDS = {
    "OBJECT_TABLE": "table", "OBJECT_INDEX": "index", "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialised view", "OBJECT_SEQUENCE": "sequence", "OBJECT_TYPE": "type",
    "OBJECT_FUNCTION": "function", "OBJECT_TRIGGER": "trigger", "OBJECT_SCHEMA": "schema",
    "OBJECT_COLUMN": "column", "OBJECT_POLICY": "policy", "OBJECT_EXTENSION": "extension",
}  # fmt: skip
_ANYTHING = Advice(
    "what it does cannot be read from outside", "look at the locks that `migrate test` shows"
)
# Never inside a transaction.
_BARE = {
    "vacuum_stmt", "createdb_stmt", "dropdb_stmt", "alter_system_stmt", "create_table_space_stmt",
    "drop_table_space_stmt", "create_subscription_stmt", "drop_subscription_stmt",
}  # fmt: skip
_LOCK_MODES = dict(enumerate(Mode, 1))


def judge(node: Any) -> Told:
    """`node` is a statement of postgast's tree."""
    kind = node.WhichOneof("node") or ""
    statement = getattr(node, kind) if kind else None
    judged = _JUDGES[kind](statement) if kind in _JUDGES else Told(_plain(kind))
    return Told(
        judged.does, judged.locks, judged.advice, judged.bare or kind in _BARE, judged.builds
    )


def _plain(kind: str) -> str:
    words = kind.removesuffix("_stmt").replace("_", " ")
    return f"runs {words}" if words else "does nothing"


def _transaction(each: Any) -> Told:
    from postgast import pg_query_pb2 as tree

    name = tree.TransactionStmtKind.Name(each.kind)
    if name in ("TRANS_STMT_BEGIN", "TRANS_STMT_START"):
        return Told("begins a transaction")
    # PREPARE TRANSACTION too: what follows would run by itself, and its locks outlive the session.
    if name in ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"):
        return Told("ends a transaction")
    return Told("steers a transaction")


def _create(each: Any) -> Told:
    locks = [Lock(relation(table), Mode.SHARE_UPDATE_EXCLUSIVE) for table in _parents(each)]
    if each.HasField("partbound"):
        locks = [Lock(lock.relation, Mode.ACCESS_EXCLUSIVE) for lock in locks]
    locks += [Lock(name, Mode.SHARE_ROW_EXCLUSIVE) for name in _referenced(each)]
    return Told(f"makes the table {relation(each.relation)}", tuple(locks))


def _parents(each: Any) -> list[Any]:
    return [parent.range_var for parent in each.inh_relations]


def _referenced(each: Any) -> list[str]:
    """Tables that the new one's foreign keys point at."""
    found = []
    for element in each.table_elts:
        kind = element.WhichOneof("node")
        held = [element] if kind == "constraint" else []
        if kind == "column_def":
            held = list(element.column_def.constraints)
        found += [
            relation(one.constraint.pktable) for one in held if one.constraint.HasField("pktable")
        ]
    return found


def _index(each: Any) -> Told:
    table, name = relation(each.relation), each.idxname or "an index"
    unique = "unique " if each.unique else ""
    does = f"builds the {unique}index {name} on {table}"
    if each.concurrent:
        schema = f"{each.relation.schemaname}." if each.relation.schemaname else ""
        locks = (Lock(table, Mode.SHARE_UPDATE_EXCLUSIVE),)
        builds = f"{schema}{each.idxname}" if each.idxname else ""
        return Told(f"{does}, beside the traffic", locks, bare=True, builds=builds)
    slow = Advice(
        f"nobody can write to {table} until the index is built",
        f"CREATE {unique.upper()}INDEX CONCURRENTLY, in a file with `-- no-transaction`",
        grave=True,
    )
    return Told(does, (Lock(table, Mode.SHARE),), (slow,))


def _drop(each: Any) -> Told:
    from postgast import pg_query_pb2 as tree

    kind = _KINDS.get(tree.ObjectType.Name(each.remove_type), "object")
    names = [relation_name(found) for found in each.objects]
    does = f"drops the {kind} {', '.join(names)}"
    if kind == "index":
        if each.concurrent:
            return Told(f"{does}, beside the traffic", bare=True)
        late = Advice(
            "reads and writes of its table wait for it, and it for them",
            "DROP INDEX CONCURRENTLY, in a file with `-- no-transaction`",
        )
        return Told(does, (), (late,))
    locks = tuple(Lock(name, Mode.ACCESS_EXCLUSIVE) for name in names)
    if kind in ("table", "materialised view", "schema"):
        lost = Advice(
            f"the rows of {', '.join(names)} are gone for good",
            "rename it first, and drop it when nothing missed it for a while",
            grave=True,
        )
        return Told(does, locks if kind != "schema" else (), (lost,))
    if kind in ("trigger", "policy"):
        names = [relation_name(found, leaving=1) for found in each.objects]
        return Told(does, tuple(Lock(name, Mode.ACCESS_EXCLUSIVE) for name in names))
    return Told(does, locks if kind in ("view", "sequence") else ())


def _truncate(each: Any) -> Told:
    names = [relation(found.range_var) for found in each.relations]
    lost = Advice(f"every row of {', '.join(names)} is gone", "make sure that is meant", grave=True)
    locks = tuple(Lock(name, Mode.ACCESS_EXCLUSIVE) for name in names)
    return Told(f"empties {', '.join(names)}", locks, (lost,))


def _rename(each: Any) -> Told:
    from postgast import pg_query_pb2 as tree

    kind = _KINDS.get(tree.ObjectType.Name(each.rename_type), "object")
    table = relation(each.relation) if each.HasField("relation") else ""
    if kind == "index":
        return Told(f"renames the index {table} to {each.newname}")
    old = f"{table}.{each.subname}" if each.subname else table
    does = f"renames the {kind} {old} to {each.newname}"
    breaks = Advice(
        f"the release that runs now still asks for {old}",
        "add the new one, let both live for a release, then drop the old one",
        grave=True,
    )
    if not table or kind not in ("table", "column", "view", "materialised view"):
        return Told(does, (Lock(table, Mode.ACCESS_EXCLUSIVE),) if table else ())
    return Told(does, (Lock(table, Mode.ACCESS_EXCLUSIVE),), (breaks,))


def _reindex(each: Any) -> Told:
    beside = any(one.def_elem.defname == "concurrently" for one in each.params)
    name = relation(each.relation) if each.HasField("relation") else each.name
    if beside:
        return Told(f"rebuilds the indexes of {name}, beside the traffic", bare=True)
    slow = Advice("writes wait until it is done", "REINDEX … CONCURRENTLY", grave=True)
    return Told(f"rebuilds the indexes of {name}", (Lock(name, Mode.SHARE),), (slow,))


def _vacuum(each: Any) -> Told:
    tables = [relation(one.vacuum_relation.relation) for one in each.rels]
    named = ", ".join(tables) or "every table"
    if not each.is_vacuumcmd:
        return Told(f"analyses {named}")
    if any(one.def_elem.defname == "full" for one in each.options):
        slow = Advice(
            "it writes each table anew, and nobody can use it meanwhile",
            "VACUUM without FULL", grave=True,
        )  # fmt: skip
        locks = tuple(Lock(table, Mode.ACCESS_EXCLUSIVE) for table in tables)
        return Told(f"vacuums {named} fully", locks, (slow,), bare=True)
    locks = tuple(Lock(table, Mode.SHARE_UPDATE_EXCLUSIVE) for table in tables)
    return Told(f"vacuums {named}", locks, bare=True)


def _refresh(each: Any) -> Told:
    name = relation(each.relation)
    if each.concurrent:
        return Told(f"refreshes {name}, beside reads", (Lock(name, Mode.EXCLUSIVE),))
    slow = Advice("nobody can read it meanwhile", "REFRESH … CONCURRENTLY, with a unique index")
    return Told(f"refreshes {name}", (Lock(name, Mode.ACCESS_EXCLUSIVE),), (slow,))


def _write(verb: str) -> Callable[[Any], Told]:
    def judged(each: Any) -> Told:
        table = relation(each.relation)
        locks = (Lock(table, Mode.ROW_EXCLUSIVE),)
        if verb == "adds rows to" or each.HasField("where_clause"):
            return Told(f"{verb} {table}", locks)
        whole = Advice(
            f"it touches every row of {table}, and holds them until the file ends",
            "change them in batches, outside of the migration",
            grave=verb == "deletes from",
        )
        all_of = "deletes" if verb == "deletes from" else verb
        return Told(f"{all_of} every row of {table}", locks, (whole,))

    return judged


def _lock(each: Any) -> Told:
    mode = _LOCK_MODES.get(each.mode, Mode.ACCESS_EXCLUSIVE)
    names = [relation(one.range_var) for one in each.relations]
    return Told(f"locks {', '.join(names)}", tuple(Lock(name, mode) for name in names))


def _trigger(each: Any) -> Told:
    table = relation(each.relation)
    return Told(f"adds the trigger {each.trigname} to {table}",
                (Lock(table, Mode.SHARE_ROW_EXCLUSIVE),))  # fmt: skip


def _policy(each: Any) -> Told:
    table = relation(each.table)
    return Told(f"sets the policy {each.policy_name} of {table}",
                (Lock(table, Mode.ACCESS_EXCLUSIVE),))  # fmt: skip


def _copy(each: Any) -> Told:
    if each.is_from and not each.filename and not each.is_program:
        return Told("reads rows from psql")
    return Told(f"copies {relation(each.relation)}", advice=(_ANYTHING,))


def _enum(each: Any) -> Told:
    name = relation_name(each.type_name)
    return Told(f"adds the value {each.new_val} to the type {name}" if each.new_val
                else f"changes the type {name}")  # fmt: skip


_JUDGES: dict[str, Callable[[Any], Told]] = {
    "transaction_stmt": _transaction,
    "create_stmt": _create,
    "alter_table_stmt": alter,
    "index_stmt": _index,
    "drop_stmt": _drop,
    "truncate_stmt": _truncate,
    "rename_stmt": _rename,
    "reindex_stmt": _reindex,
    "vacuum_stmt": _vacuum,
    "refresh_mat_view_stmt": _refresh,
    "insert_stmt": _write("adds rows to"),
    "update_stmt": _write("changes"),
    "delete_stmt": _write("deletes from"),
    "lock_stmt": _lock,
    "create_trig_stmt": _trigger,
    "create_policy_stmt": _policy,
    "alter_policy_stmt": _policy,
    "copy_stmt": _copy,
    "alter_enum_stmt": _enum,
    "do_stmt": lambda _: Told("runs a DO block", advice=(_ANYTHING,)),
    "call_stmt": lambda _: Told("calls a procedure", advice=(_ANYTHING,)),
    "create_extension_stmt": lambda each: Told(f"adds the extension {each.extname}"),
    "create_function_stmt": lambda each: Told(
        f"defines the function {relation_name(each.funcname)}"
    ),
    "view_stmt": lambda each: Told(f"defines the view {relation(each.view)}"),
    "create_schema_stmt": lambda each: Told(f"makes the schema {each.schemaname}"),
    "create_enum_stmt": lambda each: Told(f"makes the type {relation_name(each.type_name)}"),
    "create_seq_stmt": lambda each: Told(f"makes the sequence {relation(each.sequence)}"),
    "create_table_as_stmt": lambda each: Told(f"makes {relation(each.into.rel)} from a query"),
    "comment_stmt": lambda _: Told("writes a comment"),
    "select_stmt": lambda _: Told("runs a query"),
    "variable_set_stmt": lambda each: Told(f"sets {each.name}"),
    "grant_stmt": lambda _: Told("changes who may do what"),
    "variable_show_stmt": lambda each: Told(f"shows {column_of(each.name)}"),
}
