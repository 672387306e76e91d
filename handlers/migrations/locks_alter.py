"""ALTER TABLE, command by command: the lock it takes, and whether it reads or writes every row.

After AlterTableGetLockLevel of PostgreSQL. Pure.
"""

from __future__ import annotations

from typing import Any

from handlers.migrations.locks_words import Told, column_of, relation, relation_name
from handlers.migrations.result import Advice, Lock, Mode

_MILD = {  # SHARE UPDATE EXCLUSIVE
    "AT_SetStatistics", "AT_SetOptions", "AT_ResetOptions", "AT_ClusterOn", "AT_DropCluster",
    "AT_SetRelOptions", "AT_ResetRelOptions", "AT_ValidateConstraint", "AT_AttachPartition",
    "AT_DetachPartitionFinalize",
}  # fmt: skip
_TRIGGERS = {
    "AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_DisableTrig",
    "AT_EnableTrigAll", "AT_DisableTrigAll", "AT_EnableTrigUser", "AT_DisableTrigUser",
}  # fmt: skip
_REWRITES = {"AT_SetLogged", "AT_SetUnLogged", "AT_SetTableSpace", "AT_SetAccessMethod"}
_WORDS = {
    "AT_DropNotNull": "lets {name} be empty", "AT_ColumnDefault": "sets the default of {name}",
    "AT_DropConstraint": "drops the constraint {name}",
    "AT_ValidateConstraint": "checks every row against {name}",
    "AT_SetStatistics": "sets the statistics of {name}",
    "AT_ChangeOwner": "changes the owner", "AT_EnableRowSecurity": "turns row security on",
    "AT_DisableRowSecurity": "turns row security off", "AT_AttachPartition": "attaches a partition",
    "AT_DetachPartition": "detaches a partition", "AT_SetRelOptions": "sets storage options",
}  # fmt: skip
# Functions whose value does not differ from row to row: no rewrite for a default of theirs.
_STEADY = {"now", "transaction_timestamp", "statement_timestamp", "current_timestamp", "to_char",
           "timezone", "to_timestamp", "lower", "upper", "concat", "jsonb_build_object",
           "jsonb_build_array", "current_setting"}  # fmt: skip
_SERIAL = {"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"}


def alter(each: Any) -> Told:
    """One ALTER TABLE; its strongest lock counts."""
    table = relation(each.relation)
    does: list[str] = []
    locks: list[Lock] = []
    advice: list[Advice] = []
    bare = False
    for found in each.cmds:
        told = _command(found.alter_table_cmd, table)
        does.append(told.does)
        locks += told.locks
        advice += told.advice
        bare = bare or told.bare
    strongest: dict[str, Mode] = {}
    for lock in locks:
        strongest[lock.relation] = max(lock.mode, strongest.get(lock.relation, lock.mode))
    kept = tuple(Lock(name, mode) for name, mode in strongest.items())
    return Told(f"{table}: {', '.join(does)}", kept, tuple(advice), bare)


def _command(command: Any, table: str) -> Told:
    from postgast import pg_query_pb2 as tree

    kind = tree.AlterTableType.Name(command.subtype)
    exclusive = (Lock(table, Mode.ACCESS_EXCLUSIVE),)
    if kind == "AT_AddColumn":
        return _add_column(getattr(command, "def").column_def, table)
    if kind == "AT_DropColumn":
        lost = Advice(
            f"the values of {table}.{command.name} are gone for good, and the release that runs "
            "now may still ask for them",
            "deploy a release that does not use it first, and drop it later", grave=True,
        )  # fmt: skip
        return Told(f"drops the column {command.name}", exclusive, (lost,))
    if kind == "AT_AlterColumnType":
        slow = Advice(
            f"every row of {table} may be written anew, its indexes too; nobody can use it then",
            "add a column of the new type, fill it in batches, switch over, drop the old one",
            grave=True,
        )
        return Told(f"changes the type of {command.name}", exclusive, (slow,))
    if kind == "AT_SetNotNull":
        slow = Advice(
            f"every row of {table} is read while nobody can use it",
            f"ADD CONSTRAINT … CHECK ({command.name} IS NOT NULL) NOT VALID, VALIDATE it in "
            "another file, then SET NOT NULL",
            grave=True,
        )
        return Told(f"forbids empty values of {command.name}", exclusive, (slow,))
    if kind == "AT_AddConstraint":
        return _add_constraint(getattr(command, "def").constraint, table)
    if kind in _REWRITES:
        slow = Advice(f"every row of {table} is written anew", "do it at a quiet hour", grave=True)
        return Told("moves the whole table", exclusive, (slow,))
    if kind == "AT_DetachPartition" and _beside(command):
        mild = (Lock(table, Mode.SHARE_UPDATE_EXCLUSIVE),)
        return Told("detaches a partition, beside the traffic", mild, bare=True)
    does = _WORDS.get(kind, _spoken(kind)).format(name=column_of(command.name))
    if kind in _MILD:
        locks: tuple[Lock, ...] = (Lock(table, Mode.SHARE_UPDATE_EXCLUSIVE),)
        if kind == "AT_AttachPartition":
            child = relation(getattr(command, "def").partition_cmd.name)
            locks = (*locks, Lock(child, Mode.ACCESS_EXCLUSIVE))
        return Told(does, locks)
    if kind in _TRIGGERS:
        return Told("switches triggers", (Lock(table, Mode.SHARE_ROW_EXCLUSIVE),))
    return Told(does, exclusive)


def _add_column(column: Any, table: str) -> Told:
    kinds = _constraints(column)
    type_name = relation_name(column.type_name.names).rpartition(".")[2]
    locks = [Lock(table, Mode.ACCESS_EXCLUSIVE)]
    advice: list[Advice] = []
    default = next((one for kind, one in kinds if kind == "CONSTR_DEFAULT"), None)
    names = {kind for kind, _ in kinds}
    changing = default is not None and _changing(default.raw_expr)
    if changing or type_name in _SERIAL or names & {"CONSTR_IDENTITY", "CONSTR_GENERATED"}:
        advice.append(
            Advice(
                f"every row of {table} is written anew, since each gets a value of its own",
                "add the column without it, fill it in batches, then set the default",
                grave=True,
            )
        )
    filled = default is not None or type_name in _SERIAL
    if "CONSTR_NOTNULL" in names and not filled and not names & {
        "CONSTR_IDENTITY", "CONSTR_GENERATED",
    }:  # fmt: skip
        advice.append(
            Advice(
                f"it fails if {table} has a single row: NOT NULL without a default",
                "give it a default, or add it empty, fill it, and then forbid empty values",
                grave=True,
            )
        )
    for kind, one in kinds:
        if kind == "CONSTR_FOREIGN":
            locks.append(Lock(relation(one.pktable), Mode.SHARE_ROW_EXCLUSIVE))
        if kind in ("CONSTR_UNIQUE", "CONSTR_PRIMARY"):
            advice.append(_built(table))
    return Told(f"adds the column {column.colname}", tuple(locks), tuple(advice))


def _add_constraint(constraint: Any, table: str) -> Told:
    from postgast import pg_query_pb2 as tree

    kind = tree.ConstrType.Name(constraint.contype)
    name = constraint.conname or "without a name"
    unchecked = constraint.skip_validation
    if kind == "CONSTR_FOREIGN":
        both = (table, relation(constraint.pktable))
        locks = tuple(Lock(one, Mode.SHARE_ROW_EXCLUSIVE) for one in both)
        slow = Advice(
            f"every row of {table} is checked while nobody can write to {' or '.join(both)}",
            "add it NOT VALID, and VALIDATE CONSTRAINT in another file", grave=True,
        )  # fmt: skip
        does = f"adds the foreign key {name} to {both[1]}"
        return Told(does, locks, () if unchecked else (slow,))
    exclusive = (Lock(table, Mode.ACCESS_EXCLUSIVE),)
    if kind in ("CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION"):
        does = f"adds the {'primary key' if kind == 'CONSTR_PRIMARY' else 'constraint'} {name}"
        return Told(does, exclusive, () if constraint.indexname else (_built(table),))
    slow = Advice(
        f"every row of {table} is checked while nobody can use it",
        "add it NOT VALID, and VALIDATE CONSTRAINT in another file", grave=True,
    )  # fmt: skip
    return Told(f"adds the check {name}", exclusive, () if unchecked else (slow,))


def _built(table: str) -> Advice:
    return Advice(
        f"its index is built while nobody can use {table}",
        "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX", grave=True,
    )  # fmt: skip


def _constraints(column: Any) -> list[tuple[str, Any]]:
    from postgast import pg_query_pb2 as tree

    return [
        (tree.ConstrType.Name(one.constraint.contype), one.constraint) for one in column.constraints
    ]


def _changing(expression: Any) -> bool:
    """Whether a default may differ from row to row: it calls a function not known as steady."""
    from postgast import pg_query_pb2 as tree
    from postgast.walk import walk

    for _, node in walk(expression):
        if isinstance(node, tree.FuncCall):
            name = relation_name(node.funcname).rpartition(".")[2]
            if name not in _STEADY:
                return True
    return False


def _beside(command: Any) -> bool:
    return bool(getattr(command, "def").partition_cmd.concurrent)


def _spoken(kind: str) -> str:
    """AT_SetStorage → "set storage"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind[3:])
    return words.strip()
