-- The last week of requests and errors, up to now: inserted at every start, so that
-- "the last 24 hours" is never empty. A daily wave, 0.3 % server errors, a few client errors.
INSERT INTO request_logs (method, endpoint, status_code, response_time_ms, cpu_time_us,
                          version_id, country, user_id, request_id, created_at)
SELECT CASE WHEN n % 9 = 0 THEN 'POST' ELSE 'GET' END,
       (ARRAY['/api/pitches','/api/pitches/trending','/api/pitches/public','/api/auth/session',
              '/api/search','/api/notifications/unread','/api/config/all'])[1 + (n % 7)::integer],
       CASE WHEN n % 331 = 0 THEN 500 WHEN n % 97 = 0 THEN 404 WHEN n % 7 = 3 AND n % 4 = 0 THEN 401
            ELSE 200 END,
       -- a long tail: most answers 40 to 130 ms, one in fifty up to 1.2 s
       40 + (n * 7919 % 90) + CASE WHEN n % 50 = 0 THEN n * 104729 % 1100 ELSE 0 END,
       900 + (n * 6151 % 2600) + CASE WHEN n % 40 = 0 THEN n * 7 % 14000 ELSE 0 END,
       current_setting('sandbox.version'), (ARRAY['US','GB','DE','FR','IN','CA'])[1 + (n / 3 % 6)::integer],
       CASE WHEN n % 3 = 0 THEN 1 + n % 20000 END, md5('request' || n),
       moment
FROM (SELECT n, now() - (n * 12) * interval '1 second'
             - (sin(n / 1146.0) * 2000) * interval '1 second' AS moment
      FROM generate_series(1::bigint, 50000) AS n) AS requests
WHERE moment < now();

INSERT INTO error_logs (error_type, error_message, endpoint, method, user_id, request_id, created_at)
SELECT (ARRAY['TypeError','NeonDbError','TimeoutError'])[1 + (id % 3)::integer],
       (ARRAY['Cannot read properties of undefined (reading ''id'')',
              'Server error (HTTP status 500): connection terminated',
              'The operation was aborted due to timeout'])[1 + (id % 3)::integer],
       endpoint, method, user_id, request_id, created_at
FROM request_logs WHERE status_code >= 500;
