-- What care of the platform's database has to know before and while it works. Each works on
-- PostgreSQL 13 and later; names come quoted, as statements need them.

-- name: server
select current_database() as database, quote_ident(current_database()) as database_quoted,
  current_setting('server_version') as version,
  current_setting('server_version_num')::int as version_number,
  current_user::text as role, quote_ident(current_user) as role_quoted,
  (select rolsuper from pg_roles where rolname = current_user) as superuser,
  (select rolreplication or rolsuper from pg_roles where rolname = current_user) as replicates,
  pg_has_role(current_user, 'pg_signal_backend', 'USAGE') as signals,
  has_database_privilege(current_database(), 'CREATE') as creates,
  pg_is_in_recovery() as standby, current_setting('wal_level') as wal_level,
  current_setting('max_replication_slots')::int as most_slots,
  (select count(*) from pg_replication_slots) as slots,
  current_setting('max_wal_senders')::int as most_senders,
  (select count(*) from pg_stat_replication) as senders;

-- name: server_began
select pg_postmaster_start_time()::text as began;

-- name: tables
-- Who owns a table may do everything; MAINTAIN is from 17 on, and the database's owner may vacuum.
select c.oid::int8 as oid, n.nspname::text as schema, c.relname::text as raw,
  quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, c.relkind::text as kind,
  c.relfilenode::int8 as file, quote_ident(o.rolname) as owner,
  case when l.locked then c.relpages::int8 * current_setting('block_size')::int
    else pg_total_relation_size(c.oid) end::int8 as bytes,
  case when l.locked then 0 else pg_indexes_size(c.oid) end::int8 as index_bytes,
  coalesce(s.n_live_tup, greatest(c.reltuples, 0)::int8, 0)::int8 as live,
  coalesce(s.n_dead_tup, 0)::int8 as dead, coalesce(s.n_mod_since_analyze, 0)::int8 as modified,
  pg_has_role(current_user, c.relowner, 'USAGE')
    or (select rolsuper from pg_roles where rolname = current_user) as owns,
  case when current_setting('server_version_num')::int >= 170000
    then has_table_privilege(c.oid, 'MAINTAIN') else false end as maintains,
  pg_has_role(current_user, (select datdba from pg_database where datname = current_database()),
    'USAGE') as of_database,
  exists (select from pg_index i where i.indrelid = c.oid and i.indisexclusion) as excludes,
  exists (select from pg_index i where i.indrelid = c.oid) as indexed
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles o on o.oid = c.relowner
left join pg_stat_user_tables s on s.relid = c.oid
cross join lateral (select exists (select from pg_locks k where k.mode = 'AccessExclusiveLock'
  and k.relation = c.oid) as locked) l
where c.relkind in ('r', 'm', 'p') and c.relpersistence <> 't' and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by dead desc, bytes desc, name;

-- name: indexes
-- Those of TOAST tables only where they are not valid; they count to the table whose TOAST it is.
-- REINDEX CONCURRENTLY makes all its copies first, and holds this lock on each until its end.
with working as materialized (
  select l.relation from pg_locks l where l.mode = 'ShareUpdateExclusiveLock' and l.granted
    and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
)
select i.indexrelid::int8 as oid, quote_ident(n.nspname) || '.' || quote_ident(k.relname) as name,
  n.nspname::text as schema, k.relname::text as raw, quote_ident(k.relname) as short,
  coalesce(m.oid, t.oid)::int8 as table_oid,
  coalesce(quote_ident(mn.nspname) || '.' || quote_ident(m.relname),
    quote_ident(tn.nspname) || '.' || quote_ident(t.relname)) as on_table,
  n.nspname = 'pg_toast' as toast, k.relpages::int8 * current_setting('block_size')::int as bytes, k.relfilenode::int8 as file,
  i.indisvalid as valid, i.indisready as written, i.indisunique as is_unique,
  i.indisprimary or i.indisreplident or i.indisexclusion
    or exists (select from pg_constraint o where o.conindid = i.indexrelid) as needed,
  k.relname ~ '_cc(new|old)[0-9]*$' as leftover,
  exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
    or exists (select from working w where w.relation = i.indexrelid) as building,
  pg_has_role(current_user, k.relowner, 'USAGE') as owns,
  pg_has_role(current_user, k.relowner, 'USAGE') and has_schema_privilege(n.oid, 'USAGE')
    as may_drop, k.relkind::text as kind
from pg_index i join pg_class k on k.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
join pg_namespace n on n.oid = k.relnamespace join pg_namespace tn on tn.oid = t.relnamespace
left join pg_class m on n.nspname = 'pg_toast' and m.reltoastrelid = t.oid
left join pg_namespace mn on mn.oid = m.relnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and (n.nspname <> 'pg_toast' or not i.indisvalid) and k.relpersistence <> 't'
order by name;

-- name: index_definition
select pg_get_indexdef(:oid::oid) as ddl;

-- name: index_definitions
select quote_ident(k.relname) as name, pg_get_indexdef(i.indexrelid) as ddl,
  i.indisvalid as valid, i.indisunique as is_unique
from pg_index i join pg_class k on k.oid = i.indexrelid
where i.indrelid = :table_oid::oid order by i.indisvalid desc, name;

-- name: columns
select attname::text as raw, quote_ident(attname) as name, format_type(atttypid, atttypmod) as type,
  attgenerated <> '' as generated, atttypid in ('text'::regtype, 'varchar'::regtype,
    'bpchar'::regtype) as textual
from pg_attribute where attrelid = :table_oid::oid and attnum > 0 and not attisdropped
order by attnum;

-- name: oldest_snapshot
-- What keeps dead rows from being removed: the oldest transaction that may still see them.
select * from (
  select 'session ' || a.pid as who, a.pid, age(a.backend_xmin)::int8 as transactions,
    coalesce(extract(epoch from now() - a.xact_start), 0)::float8 as seconds
  from pg_stat_activity a where a.backend_xmin is not null and a.pid <> pg_backend_pid()
    and a.datname = current_database()
  union all
  select 'replication slot ' || slot_name, null, age(coalesce(xmin, catalog_xmin))::int8, 0
  from pg_replication_slots where xmin is not null
  union all
  select 'prepared transaction ' || gid, null, age(transaction)::int8,
    extract(epoch from now() - prepared)::float8 from pg_prepared_xacts
) holders order by transactions desc, seconds desc limit 1;

-- name: blockers
-- Who holds a lock on the relation that others have to wait for.
select a.pid, coalesce(a.usename, '-') as role, coalesce(a.application_name, '') as application,
  coalesce(a.state, 'hidden') as state, left(coalesce(a.query, ''), 4000) as statement,
  coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::float8 as seconds,
  string_agg(distinct l.mode, ', ') as modes
from pg_locks l join pg_stat_activity a using (pid)
where l.relation in (select :oid::oid union select indexrelid from pg_index where indrelid = :oid::oid
    union select reltoastrelid from pg_class where oid = :oid::oid)
  and l.granted and l.database = (select oid from pg_database where datname = current_database())
  and l.pid <> pg_backend_pid() and (l.mode not in ('AccessShareLock', 'RowShareLock') or :reads)
  and coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0) >= :least
  and a.application_name not like 'pitchey-ops-bot%%'
  -- an autovacuum gives way by itself, unless it is against the wraparound
  and (a.backend_type is distinct from 'autovacuum worker' or a.query like '%%to prevent wraparound%%')
group by 1, 2, 3, 4, 5, 6 order by seconds desc limit 5;

-- name: progress
-- Outside of these phases the counters stand where an earlier phase left them.
select working_on, phase, done,
  case when phase ~ 'scanning|loading tuples|sample rows' then total else 0 end as total
from (
  select '' as working_on, phase, heap_blks_scanned::int8 as done, heap_blks_total::int8 as total
  from pg_stat_progress_vacuum where pid = :pid
  union all
  select '', phase, sample_blks_scanned::int8, sample_blks_total::int8
  from pg_stat_progress_analyze where pid = :pid
  union all
  select coalesce((select relname from pg_class where oid = index_relid), ''), phase,
    greatest(blocks_done, tuples_done)::int8, greatest(blocks_total, tuples_total)::int8
  from pg_stat_progress_create_index where pid = :pid
  union all
  select '', phase, heap_blks_scanned::int8, heap_blks_total::int8
  from pg_stat_progress_cluster where pid = :pid
) found;

-- name: sessions
-- The one of that number, or without a number all that may be worth ending; the bot's own are not
-- offered.
select a.pid, coalesce(a.usename, '-') as role, coalesce(a.application_name, '') as application,
  coalesce(a.state, 'hidden') as state, coalesce(a.backend_type, 'hidden') as kind,
  coalesce(left(a.query, 4000), '') as statement, coalesce(host(a.client_addr), 'local') as client,
  a.backend_start::text as born, coalesce(a.query_start::text, '') as query_began,
  coalesce(extract(epoch from clock_timestamp() - a.backend_start), 0)::float8 as age,
  coalesce(extract(epoch from clock_timestamp() - a.query_start), 0)::float8 as query_seconds,
  coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::float8 as transaction_seconds,
  coalesce(extract(epoch from clock_timestamp() - a.state_change), 0)::float8 as state_seconds,
  (select count(*) from pg_stat_activity w where a.pid = any (pg_blocking_pids(w.pid))) as waiting,
  coalesce((select rolsuper from pg_roles where oid = a.usesysid), false) as of_superuser,
  coalesce(pg_has_role(current_user, a.usesysid, 'USAGE'), false) as ours,
  a.datname = current_database() as here,
  exists (select from pg_stat_progress_vacuum p where p.pid = a.pid)
    and a.backend_type = 'autovacuum worker' and a.query like '%%to prevent wraparound%%' as freezes
from pg_stat_activity a where case when cast(:pid as int4) is not null then a.pid = cast(:pid as int4)
  else a.backend_type = 'client backend' and a.datname = current_database()
    and a.pid <> pg_backend_pid() and a.state is not null and a.state <> 'idle'
    and a.application_name not like 'pitchey-ops-bot%%' end
order by waiting desc, transaction_seconds desc limit 20;

-- name: signal_cancel
-- One statement finds and signals, so that a number that was given anew is not hit.
select pg_cancel_backend(a.pid) as sent from pg_stat_activity a
where a.pid = :pid and a.backend_start::text = :born and coalesce(a.query_start::text, '') = :query_began;

-- name: signal_terminate
select pg_terminate_backend(a.pid) as sent from pg_stat_activity a
where a.pid = :pid and a.backend_start::text = :born;

-- name: pool_sessions
-- Sessions of the application that wait for work. Its own transactions are counted apart.
select a.pid, a.backend_start::text as born, coalesce(a.application_name, '') as application,
  coalesce(a.usename, '-') as role, coalesce(a.state, 'hidden') as state,
  coalesce(extract(epoch from clock_timestamp() - a.state_change), 0)::float8 as state_seconds,
  coalesce(pg_has_role(current_user, a.usesysid, 'USAGE'), false)
    and not coalesce((select rolsuper from pg_roles where oid = a.usesysid), false) as ours
from pg_stat_activity a
where a.backend_type = 'client backend' and a.datname = current_database()
  and a.pid <> pg_backend_pid() and a.application_name not like 'pitchey-ops-bot%%'
order by state_seconds desc;

-- name: connections
select count(*) filter (where backend_type = 'client backend') as used,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int as available
from pg_stat_activity;

-- name: ours_at_work
-- Statements of operations whose process is gone go on in the server.
select a.pid, a.application_name as application, left(a.query, 200) as statement
from pg_stat_activity a
where a.application_name like 'pitchey-ops-bot OP-%%' and a.state = 'active'
  and a.pid <> pg_backend_pid() and a.datname = current_database();

-- name: figures
-- An index that was built anew has another number by then: it is found by its name.
select pg_total_relation_size(c.oid)::int8 as bytes,
  coalesce(pg_stat_get_dead_tuples(c.oid), 0)::int8 as dead
from pg_class c where c.oid = case when :name::text = '' then :oid::oid
  else to_regclass(:name::text)::oid end;

-- name: bloat
-- Pages that the rows need by their number and average width, beside the pages there are.
select c.oid::int8 as oid, c.relpages::int8 * b.size as bytes,
  greatest(0, c.relpages - ceil(c.reltuples * (28 + w.width + 4) / (b.size - 24)
    * 100 / coalesce((select option_value::int from pg_options_to_table(c.reloptions)
      where option_name = 'fillfactor'), 100)))::int8 * b.size as wasted
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join (select current_setting('block_size')::int8 as size) b
cross join lateral (
  select sum((1 - s.null_frac) * s.avg_width)::float8 as width, count(*) as known
  from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname and not s.inherited
) w
where c.relkind in ('r', 'm') and c.reltuples >= 0 and w.known > 0
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by wasted desc limit 50;

-- name: primary_key
select quote_ident(a.attname) as name, a.attname::text as raw,
  format_type(a.atttypid, a.atttypmod) as type
from pg_index i cross join unnest(i.indkey::int2[]) with ordinality k (number, place)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
where i.indrelid = :table_oid::oid and i.indisprimary order by k.place;

-- name: referenced_by
-- Foreign keys of other tables, and its own, that point to the table.
select quote_ident(o.conname) as name,
  quote_ident(n.nspname) || '.' || quote_ident(c.relname) as on_table, o.confdeltype::text as action,
  has_table_privilege(c.oid, 'SELECT') as readable,
  array(select quote_ident(a.attname) from unnest(o.conkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.number order by k.place) as columns,
  array(select quote_ident(a.attname) from unnest(o.confkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.number order by k.place) as others
from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
where o.contype = 'f' and o.confrelid = :table_oid::oid and o.conparentid = 0 order by 2, 1;

-- name: refers_to
-- Foreign keys of the table itself.
select quote_ident(o.conname) as name,
  quote_ident(n.nspname) || '.' || quote_ident(c.relname) as on_table,
  o.confrelid = o.conrelid as itself, has_table_privilege(c.oid, 'SELECT') as readable,
  array(select quote_ident(a.attname) from unnest(o.conkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.number order by k.place) as columns,
  array(select quote_ident(a.attname) from unnest(o.confkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.number order by k.place) as others
from pg_constraint o join pg_class c on c.oid = o.confrelid join pg_namespace n on n.oid = c.relnamespace
where o.contype = 'f' and o.conrelid = :table_oid::oid order by 2, 1;

-- name: rights
select has_table_privilege(:table_oid::oid, 'SELECT') as selects,
  has_table_privilege(:table_oid::oid, 'INSERT') as inserts,
  has_table_privilege(:table_oid::oid, 'DELETE') as deletes,
  has_table_privilege(:table_oid::oid, 'UPDATE') as updates;

-- name: index_use
select coalesce(s.idx_scan, 0)::int8 as scans,
  extract(epoch from now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 as seconds
from pg_class k left join pg_stat_user_indexes s on s.indexrelid = k.oid
join pg_stat_database d on d.datname = current_database() where k.oid = :oid::oid;

-- name: states
select coalesce(state, 'hidden') as state, count(*) as sessions from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid() group by 1 order by 2 desc, 1;

-- name: unused_indexes
select quote_ident(n.nspname) || '.' || quote_ident(k.relname) as name,
  k.relpages::int8 * current_setting('block_size')::int as bytes,
  extract(epoch from now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 as seconds
from pg_stat_user_indexes s join pg_index i using (indexrelid) join pg_class k on k.oid = i.indexrelid
join pg_namespace n on n.oid = k.relnamespace
join pg_stat_database d on d.datname = current_database()
where s.idx_scan = 0 and not i.indisunique and not i.indisprimary and not i.indisexclusion
  and not i.indisreplident and i.indisvalid
  and not exists (select from pg_constraint o where o.conindid = i.indexrelid)
order by bytes desc, name;

-- name: all_definitions
select i.indexrelid::int8 as oid, i.indrelid::int8 as table_oid, quote_ident(k.relname) as name,
  pg_get_indexdef(i.indexrelid) as ddl, k.relpages::int8 * current_setting('block_size')::int as bytes,
  i.indisprimary or i.indisreplident or i.indisexclusion
    or exists (select from pg_constraint o where o.conindid = i.indexrelid) as needed
from pg_index i join pg_class k on k.oid = i.indexrelid join pg_namespace n on n.oid = k.relnamespace
where i.indisvalid and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by i.indrelid, bytes desc;

-- name: publications
select p.pubname::text as name, quote_ident(p.pubname) as quoted, p.puballtables as everything,
  pg_has_role(current_user, p.pubowner, 'USAGE') as owns,
  (select count(*) from pg_publication_tables t where t.pubname = p.pubname) as tables
from pg_publication p order by 1;

-- name: published_tables
select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_publication_tables
where pubname = :name order by 1;

-- name: keyless
-- Tables whose updates and deletes fail once they are published.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence = 'p'
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and (c.relreplident = 'n' or (c.relreplident = 'd'
    and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)))
order by 1;

-- name: publishable
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
  pg_has_role(current_user, c.relowner, 'USAGE')
    or (select rolsuper from pg_roles where rolname = current_user) as owns,
  array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
    and not a.attisdropped and a.attgenerated = '' order by a.attname) as columns
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence = 'p' and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by 1;

-- name: slot_named
select active, coalesce(database::text, '-') as database from pg_replication_slots
where slot_name = :name;

-- name: replica
select current_database() as database, current_setting('server_version') as version,
  current_setting('server_version_num')::int as version_number,
  current_user::text as role, quote_ident(current_user) as role_quoted,
  quote_ident(current_database()) as database_quoted,
  (select rolsuper from pg_roles where rolname = current_user) as superuser,
  exists (select from pg_roles r where r.rolname = 'pg_create_subscription'
    and pg_has_role(current_user, r.oid, 'USAGE')) as may_subscribe,
  has_database_privilege(current_database(), 'CREATE') as creates,
  pg_is_in_recovery() as standby,
  current_setting('max_logical_replication_workers')::int as workers,
  pg_postmaster_start_time()::text || current_database() as itself;

-- name: itself
select pg_postmaster_start_time()::text || current_database() as itself;

-- name: subscription
-- pg_subscription itself is readable but for its connection string, and before 14 its number:
-- the view has that, of this name in other databases too, whose tables and workers are not here.
select s.subname::text as name, s.subenabled as enabled, s.subslotname::text as slot,
  array_to_string(s.subpublications, ', ') as publications,
  pg_has_role(current_user, s.subowner, 'USAGE') as owns,
  (select count(*) from pg_subscription_rel r where r.srsubid = any (w.numbers)) as tables,
  (select count(*) from pg_subscription_rel r where r.srsubid = any (w.numbers)
    and r.srsubstate = 'r') as ready,
  w.pid, extract(epoch from now() - w.heard)::float8 as silent
from pg_subscription s join pg_database d on d.oid = s.subdbid and d.datname = current_database()
cross join lateral (
  select array_agg(t.subid) as numbers, min(a.pid) as pid,
    max(t.latest_end_time) filter (where a.pid is not null) as heard
  from pg_stat_subscription t left join pg_stat_activity a
    on a.pid = t.pid and t.relid is null and a.datname = current_database()
  where t.subname = s.subname
) w
where s.subname = :name;
