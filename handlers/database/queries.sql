-- Questions to the platform's database, loaded by name. Each works on PostgreSQL 13 and later
-- without superuser rights, reads catalogues and statistics alone, and answers at most `most`
-- rows, worst first, with the number of all in `total` where there may be more.
-- Columns that later servers added are read from to_jsonb(row), which is null before.

-- name: standing
select current_database() as database,
  current_setting('server_version') as version,
  current_setting('server_version_num')::int as version_number,
  current_user::text as role,
  quote_ident(current_user) as role_quoted,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') as sees_all,
  pg_is_in_recovery() as standby,
  (select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_stat_statements') as statements_schema,
  exists (select from pg_extension where extname = 'pgstattuple') as measures_bloat,
  extract(epoch from now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8
    as statistics_seconds
from pg_stat_database d where d.datname = current_database();

-- name: size
select pg_database_size(current_database())::int8 as bytes;

-- name: connections
-- Who may not see a session is not told its kind either, only its database.
select count(*) filter (where client) as used,
  count(*) filter (where client and state is null and pid <> pg_backend_pid()) as hidden,
  current_setting('max_connections')::int as max_connections,
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved
from (select pid, state, backend_type = 'client backend'
    or (backend_type is null and datid is not null) as client from pg_stat_activity) sessions;

-- name: connections_by
select coalesce(state, 'hidden') as state, coalesce(nullif(application_name, ''), '-') as application,
  coalesce(usename, '-') as role, coalesce(datname, '-') as database, count(*) as sessions,
  coalesce(max(extract(epoch from clock_timestamp() - state_change)), 0)::float8 as longest,
  count(*) over () as total
from pg_stat_activity
where (backend_type = 'client backend' or (backend_type is null and datid is not null))
  and pid <> pg_backend_pid()
  and application_name is distinct from current_setting('application_name')
group by 1, 2, 3, 4
order by sessions desc, longest desc limit :most;

-- name: activity
select a.pid, coalesce(a.usename, '-') as role, coalesce(a.application_name, '') as application,
  coalesce(a.state, 'hidden') as state, a.wait_event_type, a.wait_event,
  coalesce(left(a.query, 4000), '') as statement,
  coalesce(extract(epoch from clock_timestamp() - a.query_start), 0)::float8 as query_seconds,
  coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::float8 as transaction_seconds,
  coalesce(extract(epoch from clock_timestamp() - a.state_change), 0)::float8 as state_seconds,
  to_jsonb(a) ->> 'query_id' as query_id,
  count(*) over () as total
from pg_stat_activity a
where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
  and a.application_name is distinct from current_setting('application_name')
  and a.datname = current_database() and a.state <> 'idle'
order by a.xact_start nulls last limit :most;

-- name: blocked
with waiting as materialized (
  select a.*, pg_blocking_pids(a.pid) as blockers
  from pg_stat_activity a where a.wait_event_type = 'Lock'
),
named as (
  select pid from waiting union select unnest(blockers) from waiting
)
select a.pid, coalesce(a.usename, '-') as role, coalesce(a.application_name, '') as application,
  coalesce(a.state, 'hidden') as state, coalesce(left(a.query, 4000), '') as statement,
  coalesce(w.blockers, '{}') as blockers,
  coalesce(extract(epoch from clock_timestamp() - a.state_change), 0)::float8 as state_seconds,
  coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::float8 as transaction_seconds,
  (select string_agg(distinct coalesce(c.oid::regclass::text, l.locktype) || ' ' || l.mode, ', ')
    from pg_locks l left join pg_class c on c.oid = l.relation
      and l.database = (select oid from pg_database where datname = current_database())
    where l.pid = a.pid and not l.granted) as wants,
  count(*) over () as total
from pg_stat_activity a join named using (pid) left join waiting w using (pid)
order by a.xact_start nulls last limit :most;

-- name: prepared_transactions
select gid, owner::text as role, extract(epoch from clock_timestamp() - prepared)::float8 as seconds
from pg_prepared_xacts where database = current_database() order by prepared limit :most;

-- name: traffic
select blks_hit::int8 as hit, blks_read::int8 as read, xact_commit::int8 as commits,
  xact_rollback::int8 as rollbacks, deadlocks::int8 as deadlocks, temp_bytes::int8 as temporary
from pg_stat_database where datname = current_database();

-- name: wraparound
select age(datfrozenxid)::int8 as transactions, mxid_age(datminmxid)::int8 as multixacts,
  current_setting('autovacuum_freeze_max_age')::int8 as freeze_age
from pg_database where datname = current_database();

-- name: wraparound_tables
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
  age(c.relfrozenxid)::int8 as transactions
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname <> 'pg_toast' and c.relfrozenxid <> 0
order by 2 desc limit 3;

-- name: upkeep
select coalesce(sum(n_live_tup), 0)::int8 as live, coalesce(sum(n_dead_tup), 0)::int8 as dead,
  count(*) as tables,
  extract(epoch from now() - max(greatest(last_vacuum, last_autovacuum)))::float8 as vacuumed,
  extract(epoch from now() - max(greatest(last_analyze, last_autoanalyze)))::float8 as analyzed
from pg_stat_user_tables;

-- name: dead_rows
select quote_ident(schemaname) || '.' || quote_ident(relname) as name,
  n_live_tup::int8 as live, n_dead_tup::int8 as dead, n_mod_since_analyze::int8 as modified,
  extract(epoch from now() - greatest(last_vacuum, last_autovacuum))::float8 as vacuumed,
  extract(epoch from now() - greatest(last_analyze, last_autoanalyze))::float8 as analyzed
from pg_stat_user_tables
where n_dead_tup >= :rows or n_mod_since_analyze >= :rows
order by n_dead_tup desc limit :most;

-- name: tables
-- A table that somebody locks exclusively, or waits to, would keep its size from us: those are
-- estimated from the pages that the last vacuum counted.
with locked as materialized (
  select distinct relation from pg_locks
  where mode = 'AccessExclusiveLock' and relation is not null
),
facts as (
  select c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, c.reltuples,
    exists (select from locked l where l.relation in (c.oid, c.reltoastrelid)
      or l.relation in (select indexrelid from pg_index where indrelid = c.oid)) as estimated,
    c.relpages::int8 * current_setting('block_size')::int as counted,
    (select coalesce(sum(k.relpages), 0)::int8 * current_setting('block_size')::int
      from pg_index i join pg_class k on k.oid = i.indexrelid where i.indrelid = c.oid)
      as counted_indexes,
    coalesce((select relpages from pg_class t where t.oid = c.reltoastrelid), 0)::int8
      * current_setting('block_size')::int as counted_toast
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm')
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and c.relpersistence <> 't'
),
sizes as materialized (
  select f.*, case when f.estimated or :counted then f.counted + f.counted_indexes + f.counted_toast
      else pg_total_relation_size(f.oid) end as bytes,
    case when f.estimated or :counted then f.counted_indexes else pg_indexes_size(f.oid) end as indexes
  from facts f
)
select s.name, s.bytes::int8, s.indexes::int8, s.estimated or :counted as estimated,
  coalesce(u.n_live_tup, s.reltuples::int8, 0)::int8 as live, coalesce(u.n_dead_tup, 0)::int8 as dead,
  coalesce(u.n_mod_since_analyze, 0)::int8 as modified,
  extract(epoch from now() - greatest(u.last_vacuum, u.last_autovacuum))::float8 as vacuumed,
  extract(epoch from now() - greatest(u.last_analyze, u.last_autoanalyze))::float8 as analyzed,
  count(*) over () as total, (sum(s.bytes) over ())::int8 as all_bytes
from sizes s left join pg_stat_user_tables u on u.relid = s.oid
order by s.bytes desc, s.name limit :most;

-- name: table_bloat
-- Pages that the rows need by their number and average width, beside the pages there are.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
  c.relpages::int8 * b.size as bytes,
  greatest(0, c.relpages - ceil(c.reltuples * (28 + w.width + 4) / (b.size - 24)
    * 100 / coalesce((select option_value::int from pg_options_to_table(c.reloptions)
      where option_name = 'fillfactor'), 100)))::int8 * b.size as wasted
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join (select current_setting('block_size')::int8 as size) b
cross join lateral (
  select sum((1 - s.null_frac) * s.avg_width)::float8 as width, count(*) as known
  from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname and not s.inherited
) w
where c.relkind in ('r', 'm') and c.reltuples > 0 and w.known > 0
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and c.relpages::int8 * b.size >= :bytes
order by wasted desc limit :most;

-- name: unvalidated_constraints
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, quote_ident(o.conname) as constraint_name
from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
where not o.convalidated and o.contype in ('f', 'c')
order by 1, 2 limit :most;

-- name: indexes_unused
select quote_ident(n.nspname) || '.' || quote_ident(k.relname) as name, quote_ident(c.relname) as on_table,
  k.relpages::int8 * current_setting('block_size')::int as bytes,
  to_jsonb(s) ->> 'last_idx_scan' as last_used,
  count(*) over () as total,
  (sum(k.relpages::int8) over () * current_setting('block_size')::int)::int8 as all_bytes
from pg_stat_user_indexes s join pg_index i using (indexrelid)
join pg_class k on k.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = k.relnamespace
where s.idx_scan = 0 and not i.indisunique and not i.indisprimary and not i.indisexclusion
  and not i.indisreplident and i.indisvalid
  and not exists (select from pg_constraint o where o.conindid = i.indexrelid)
order by bytes desc, name limit :most;

-- name: indexes_duplicate
-- `name` can go because `other` does its work: the same columns, or the first of other's columns.
with plain as materialized (
  select i.indexrelid, i.indrelid, i.indkey::text || ' ' as keys, i.indclass::text || ' ' as classes,
    i.indcollation::text || ' ' as collations, i.indoption::text || ' ' as options, k.relam,
    i.indnkeyatts = i.indnatts as bare, i.indisunique,
    -- pg_get_expr would wait for whoever holds the table; places in the text do not matter
    coalesce(regexp_replace(i.indpred::text, ':location [-0-9]+', '', 'g'), '') as predicate,
    coalesce(regexp_replace(i.indexprs::text, ':location [-0-9]+', '', 'g'), '') as expressions,
    i.indisprimary or i.indisreplident or i.indisexclusion
      or exists (select from pg_constraint o where o.conindid = i.indexrelid) as needed
  from pg_index i join pg_class k on k.oid = i.indexrelid join pg_namespace n on n.oid = k.relnamespace
  where i.indisvalid and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
),
pairs as (
  select distinct on (a.indexrelid) a.indexrelid, b.indexrelid as other, a.indrelid,
    a.keys = b.keys as exact
  from plain a join plain b on a.indrelid = b.indrelid and a.indexrelid <> b.indexrelid
    and a.relam = b.relam and a.predicate = b.predicate and a.expressions = b.expressions
    and starts_with(b.keys, a.keys) and starts_with(b.classes, a.classes)
    and starts_with(b.collations, a.collations) and starts_with(b.options, a.options)
  where not a.needed and (
    (a.keys = b.keys and (not a.indisunique or b.indisunique)
      and (b.needed or (b.indisunique and not a.indisunique) or a.indexrelid > b.indexrelid))
    or (a.keys <> b.keys and not a.indisunique and a.bare and a.expressions = ''
      and a.relam = (select oid from pg_am where amname = 'btree')))
  order by a.indexrelid, (a.keys = b.keys) desc, b.needed desc, b.indexrelid
)
select quote_ident(n.nspname) || '.' || quote_ident(k.relname) as name,
  quote_ident(o.relname) as other, quote_ident(c.relname) as on_table, p.exact,
  k.relpages::int8 * current_setting('block_size')::int as bytes,
  count(*) over () as total,
  (sum(k.relpages::int8) over () * current_setting('block_size')::int)::int8 as all_bytes
from pairs p join pg_class k on k.oid = p.indexrelid join pg_namespace n on n.oid = k.relnamespace
join pg_class o on o.oid = p.other join pg_class c on c.oid = p.indrelid
order by bytes desc, name limit :most;

-- name: indexes_invalid
-- One of a TOAST table is shown with the table whose TOAST it is. REINDEX CONCURRENTLY makes all
-- its copies first, and holds a lock on each until its end.
select quote_ident(n.nspname) || '.' || quote_ident(k.relname) as name,
  quote_ident(coalesce(m.relname, c.relname)) as on_table,
  k.relpages::int8 * current_setting('block_size')::int as bytes,
  k.relname ~ '_cc(new|old)[0-9]*$' as leftover, i.indisready as written,
  n.nspname = 'pg_toast' as toast,
  pg_has_role(current_user, k.relowner, 'USAGE') and has_schema_privilege(n.oid, 'USAGE') as may_drop,
  exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
    or exists (select from pg_locks l where l.relation = i.indexrelid and l.granted
      and l.mode = 'ShareUpdateExclusiveLock' and l.database = (select oid from pg_database
      where datname = current_database())) as building,
  count(*) over () as total
from pg_index i join pg_class k on k.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = k.relnamespace
left join pg_class m on n.nspname = 'pg_toast' and m.reltoastrelid = c.oid
where not i.indisvalid and k.relkind = 'i' order by bytes desc, name limit :most;

-- name: foreign_keys_without_index
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, quote_ident(o.conname) as constraint_name,
  quote_ident(r.relname) as other, c.reltuples::int8 as rows,
  c.relpages::int8 * current_setting('block_size')::int as bytes,
  (select string_agg(quote_ident(a.attname), ', ' order by k.place)
    from unnest(o.conkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.number) as columns,
  count(*) over () as total
from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class r on r.oid = o.confrelid
where o.contype = 'f' and o.conparentid = 0 and not exists (
  select from pg_index i where i.indrelid = o.conrelid and i.indisvalid and i.indpred is null
    and (i.indkey::int2[])[0 : cardinality(o.conkey) - 1] @> o.conkey
    and o.conkey @> (i.indkey::int2[])[0 : cardinality(o.conkey) - 1])
order by c.reltuples desc, name, constraint_name limit :most;

-- name: index_bloat
-- B-tree pages that the entries need by the average width of their columns, at 90 % full.
select quote_ident(n.nspname) || '.' || quote_ident(k.relname) as name, quote_ident(c.relname) as on_table,
  k.relpages::int8 * b.size as bytes,
  greatest(0, k.relpages - 1 - ceil(k.reltuples * (16 + w.width) / ((b.size - 40) * 0.9)))::int8
    * b.size as wasted
from pg_index i join pg_class k on k.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = k.relnamespace join pg_am m on m.oid = k.relam and m.amname = 'btree'
cross join (select current_setting('block_size')::int8 as size) b
cross join lateral (
  select sum((1 - s.null_frac) * s.avg_width)::float8 as width, count(*) as known
  from pg_attribute a join pg_stats s on s.schemaname = n.nspname and not s.inherited
    and ((s.tablename = c.relname and a.attnum <> 0) or s.tablename = k.relname)
    and s.attname = a.attname
  where (a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[]) and s.tablename = c.relname)
    or (a.attrelid = i.indexrelid and s.tablename = k.relname)
) w
where i.indisvalid and k.reltuples > 0 and w.known >= i.indnatts
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and k.relpages::int8 * b.size >= :bytes
order by wasted desc limit :most;

-- name: statements
select s.queryid::text as query_id, left(s.query, 4000) as statement, s.calls::int8 as calls,
  s.mean_exec_time::float8 as mean_ms, s.max_exec_time::float8 as max_ms,
  s.total_exec_time::float8 as total_ms, s.rows::int8 as rows,
  s.shared_blks_hit::int8 as hit, s.shared_blks_read::int8 as read,
  (100 * s.total_exec_time / nullif(sum(s.total_exec_time) over (), 0))::float8 as share,
  count(*) over () as total
from extension_schema.pg_stat_statements s
join pg_database d on d.oid = s.dbid and d.datname = current_database()
order by s.total_exec_time desc limit :most;

-- name: statement
select left(s.query, 20000) as statement, s.calls::int8 as calls, s.mean_exec_time::float8 as mean_ms,
  s.total_exec_time::float8 as total_ms
from extension_schema.pg_stat_statements s
join pg_database d on d.oid = s.dbid and d.datname = current_database()
where s.queryid = :query_id::int8 order by s.calls desc limit 1;

-- name: live_statement
select coalesce(left(a.query, 20000), '') as statement, a.state,
  octet_length(a.query) >= (select setting::int from pg_settings
    where name = 'track_activity_query_size') - 4 as cut
from pg_stat_activity a
where a.datname = current_database() and a.pid <> pg_backend_pid()
  and a.application_name is distinct from current_setting('application_name')
  and (to_jsonb(a) ->> 'query_id' = :query_id or a.pid::text = :query_id)
  and coalesce(a.query, '') <> '' limit 1;

-- name: server_settings
select name, setting, coalesce(unit, '') as unit, source, pending_restart
from pg_settings where name in (
  'max_connections', 'shared_buffers', 'effective_cache_size', 'work_mem', 'maintenance_work_mem',
  'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'autovacuum',
  'autovacuum_vacuum_scale_factor', 'autovacuum_max_workers', 'autovacuum_naptime',
  'autovacuum_freeze_max_age', 'track_counts', 'track_io_timing', 'track_activity_query_size',
  'shared_preload_libraries', 'wal_level', 'max_wal_size', 'max_slot_wal_keep_size', 'fsync',
  'full_page_writes', 'synchronous_commit', 'data_checksums', 'password_encryption',
  'log_min_duration_statement', 'random_page_cost', 'max_replication_slots', 'max_wal_senders',
  'default_statistics_target', 'compute_query_id', 'jit') or pending_restart
order by pending_restart desc, name limit :most;

-- name: sequences
with owned as (
  select s.oid, quote_ident(n.nspname) || '.' || quote_ident(s.relname) as name,
    quote_ident(tn.nspname) || '.' || quote_ident(t.relname) as on_table,
    quote_ident(a.attname) as on_column, format_type(a.atttypid, null) as type,
    least(q.seqmax, case a.atttypid when 'int2'::regtype then 32767
      when 'int4'::regtype then 2147483647 else q.seqmax end) as most, q.seqcycle as cycles,
    has_sequence_privilege(s.oid, 'USAGE, SELECT') as readable, q.seqincrement as step
  from pg_class s join pg_sequence q on q.seqrelid = s.oid join pg_namespace n on n.oid = s.relnamespace
  left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
  left join pg_class t on t.oid = d.refobjid left join pg_namespace tn on tn.oid = t.relnamespace
  left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where n.nspname not in ('pg_catalog', 'information_schema') and s.relpersistence <> 't'
)
select name, on_table, on_column, type, most::int8, cycles, readable,
  case when readable then pg_sequence_last_value(oid) end as last,
  (100.0 * case when readable then pg_sequence_last_value(oid) end / nullif(most, 0))::float8 as used,
  count(*) over () as total, count(*) filter (where not readable) over () as hidden
from owned where step > 0
order by used desc nulls last, name limit :most;

-- name: walsenders
select pid, coalesce(application_name, '') as application, coalesce(state, 'hidden') as state,
  coalesce(sync_state, '-') as sync,
  coalesce(pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn()
    else pg_current_wal_lsn() end, replay_lsn), 0)::int8 as behind,
  extract(epoch from replay_lag)::float8 as lag,
  exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
    as subscriber
from pg_stat_replication r order by behind desc limit :most;

-- name: slots
select s.slot_name::text as name, s.slot_type as type, coalesce(s.database::text, '-') as database, s.active,
  coalesce(s.wal_status, '-') as wal_status,
  coalesce(pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn()
    else pg_current_wal_lsn() end, s.restart_lsn), 0)::int8 as kept,
  extract(epoch from now() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float8 as inactive
from pg_replication_slots s order by kept desc limit :most;

-- name: publications
select p.pubname::text as name, p.puballtables as everything,
  (select count(*) from pg_publication_tables t where t.pubname = p.pubname) as tables,
  (select string_agg(quote_ident(n.nspname) || '.' || quote_ident(c.relname), ', ')
    from (select r.prrelid from pg_publication_rel r where r.prpubid = p.oid limit 500) r
    join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relreplident = 'n' or (c.relreplident = 'd' and not exists (
      select from pg_index i where i.indrelid = c.oid and i.indisprimary))) as keyless
from pg_publication p order by 1 limit :most;

-- name: subscriptions
-- Two rights read this view; its connection strings are not in it.
select s.subname::text as name, s.pid, extract(epoch from now() - s.latest_end_time)::float8 as silent,
  (select bool_and(p.subenabled) from pg_subscription p where p.subname = s.subname) as enabled
from pg_stat_subscription s where s.relid is null order by 1 limit :most;

-- name: subscription_errors
select subname::text as name, apply_error_count::int8 as applying, sync_error_count::int8 as syncing
from pg_stat_subscription_stats where apply_error_count + sync_error_count > 0 order by 1 limit :most;

-- name: standby
select pg_is_in_recovery() as standby,
  case when pg_is_in_recovery() and pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
    then extract(epoch from now() - pg_last_xact_replay_timestamp()) end::float8 as lag;
