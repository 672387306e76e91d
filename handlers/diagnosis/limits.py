"""Where a fact begins to be trouble. The guide's numbers where it has them, else who says so."""

from __future__ import annotations

DEADLINE = 3.9  # seconds for each look, so that the whole answers within five
WATCHED = 1.6  # seconds that running statements are watched
API_MS = 1_000.0  # guide, "Key Metrics to Track": response time
SITE_MS = 2_000.0  # the operators' own monitoring alerted there
PAGE_MS = 1_000.0  # as the API
COLD_TIMES = 5.0  # a first answer so many times slower than the next, and above API_MS
CPU_MS = 50.0  # median; Cloudflare's own figures put the usual Worker below 10 ms
CPU_SHARE = 85.0  # percent of the Worker's CPU limit (guide: CPU usage)
ERROR_PERCENT = 5.0  # of answers; the guide alerts at 1 over minutes, this is a short look
THROWN_PERCENT = 20.0  # of a version's requests
FEWEST_BAD = 3  # of them, so that a single failure is no share
FEWEST = 10  # answers that a share is made of
LIMITED_PERCENT = 20.0  # of answers that are 429
DEPLOYED_HOURS = 24.0  # a deployment so old is hardly the cause of something new
SELECT_MS = 500.0  # SELECT 1 on an open connection
BLOCKED_SECONDS = 2.0  # people feel it; POSTGRES's own alerts begin at 30
IDLE_SECONDS = 300.0  # in a transaction
STATEMENT_MS = 300.0  # one statement that is seen running so long
MEAN_MS = 100.0  # guide, "Find slow queries"
LARGE_ROWS = 10_000  # below, a scan of a whole table costs next to nothing
HIT_PERCENT = 60.0  # below it the operators were alerted
LOOKUPS = 300  # a hit rate of fewer says little: a new cache begins empty
CLOCK_SECONDS = 30.0  # tokens and signatures bear that much, hardly more
STORE_MS = 2_000.0  # a small write to the bucket
CERTIFICATE_DAYS = 21
