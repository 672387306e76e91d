-- Believable rows, the same every time: each value is arithmetic on the row's number.
-- Times count back from the moment of seeding.
CREATE FUNCTION pg_temp.pick(words text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT words[1 + (n % array_length(words, 1))::integer] $$;
CREATE FUNCTION pg_temp.ago(n bigint, days integer) RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT now() - ((n * 7919) % (days * 86400)) * interval '1 second' $$;

INSERT INTO users (id, email, username, password_hash, user_type, first_name, last_name,
                   company_name, email_verified, is_active, last_login_at, created_at, updated_at)
SELECT n, lower(first || '.' || last) || n || '@example.com', lower(first) || n,
       '$2b$10$' || md5('password' || n), kind, first, last,
       CASE WHEN kind = 'production' THEN last || ' Pictures' END,
       n % 11 <> 0, n % 53 <> 0, pg_temp.ago(n * 3, 60), created, created
FROM (SELECT n, pg_temp.pick(ARRAY['Ada','Amir','Bea','Caleb','Dana','Elif','Femi','Grace','Hugo',
             'Ines','Jonas','Kira','Liam','Mei','Noor','Omar','Priya','Quinn','Rosa','Sam'], n) AS first,
             pg_temp.pick(ARRAY['Adler','Bauer','Castro','Diaz','Evans','Fischer','Garcia','Haas',
             'Ito','Jansen','Khan','Lopez','Moreau','Novak','Okafor','Petrov','Rossi','Silva',
             'Tanaka','Weber','Young'], n * 7 / 3) AS last,
             CASE WHEN n <= 4 THEN 'admin' WHEN n % 10 < 6 THEN 'creator'
                  WHEN n % 10 < 9 THEN 'investor' ELSE 'production' END AS kind,
             pg_temp.ago(n, 700) AS created
      FROM generate_series(1, 20000) AS n) AS people;

INSERT INTO pitches (id, user_id, title, logline, genre, format, budget_range, stage, status,
                     view_count, like_count, published_at, created_at, updated_at)
SELECT n, 1 + (n * 17) % 20000, title,
       'When ' || pg_temp.pick(ARRAY['a retired detective','two rival chefs','a young astronomer',
           'the last lighthouse keeper','an honest politician','a night-shift nurse'], n)
       || ' discovers ' || pg_temp.pick(ARRAY['a hidden letter','an impossible signal',
           'a family secret','a stolen painting','a door that was never there'], n / 3)
       || ', ' || pg_temp.pick(ARRAY['nothing stays as it was.','an old promise comes due.',
           'the whole town must choose a side.','the clock starts to run backwards.'], n / 7),
       pg_temp.pick(ARRAY['Action','Comedy','Documentary','Fantasy','Horror','Musical','Romance',
           'Science Fiction (Sci-Fi)','Thriller','Western','War','Satire'], n * 5),
       pg_temp.pick(ARRAY['Feature Film','Short Film','TV Series','Web Series'], n / 2),
       pg_temp.pick(ARRAY['Under $1M','$1M-$5M','$5M-$15M','$15M-$30M','Over $100M'], n / 5),
       pg_temp.pick(ARRAY['Development','Pre-Production','Production','Post-Production'], n / 11),
       status, CASE WHEN status = 'published' THEN ((n * 31) % 4000)::integer ELSE 0 END,
       ((n * 13) % 300)::integer, CASE WHEN status = 'published' THEN created END, created, created
FROM (SELECT n, 'The ' || pg_temp.pick(ARRAY['Silent','Last','Crimson','Hollow','Golden','Broken',
           'Northern','Midnight','Paper','Glass'], n) || ' ' || pg_temp.pick(ARRAY['Harbor','Garden',
           'Letter','Winter','Orchard','Signal','River','Theatre','Kingdom','Witness'], n / 10)
           || ' ' || n AS title,
           CASE WHEN n % 10 < 7 THEN 'published' WHEN n % 10 < 9 THEN 'draft' ELSE 'archived' END AS status,
           pg_temp.ago(n * 5, 600) AS created
      FROM generate_series(1, 30000) AS n) AS ideas;

INSERT INTO investments (investor_id, pitch_id, amount, status, created_at)
SELECT 1 + (n * 37) % 20000, 1 + (n * 11) % 30000, 500 + (n * 997) % 250000,
       pg_temp.pick(ARRAY['completed','completed','pending','active','cancelled'], n), pg_temp.ago(n, 400)
FROM generate_series(1, 24000) AS n;

INSERT INTO ndas (pitch_id, signer_id, status, requested_at, signed_at)
SELECT 1 + (n * 7) % 30000, 1 + (n * 41) % 20000,
       pg_temp.pick(ARRAY['signed','requested','signed','declined'], n), pg_temp.ago(n, 300),
       CASE WHEN n % 2 = 0 THEN pg_temp.ago(n, 300) + interval '1 day' END
FROM generate_series(1, 8000) AS n;

INSERT INTO messages (sender_id, receiver_id, pitch_id, content, read_at, created_at)
SELECT 1 + (n * 3) % 20000, 1 + (n * 19) % 20000, 1 + n % 30000,
       pg_temp.pick(ARRAY['I would love to read the full script.','Is the budget still open?',
           'Thank you for the quick answer.','Could we talk on Thursday?'], n),
       CASE WHEN n % 3 > 0 THEN pg_temp.ago(n, 90) END, pg_temp.ago(n, 90)
FROM generate_series(1, 15000) AS n;

INSERT INTO notifications (user_id, type, title, is_read, created_at)
SELECT 1 + (n * 23) % 20000, pg_temp.pick(ARRAY['nda_request','new_message','investment','view'], n),
       pg_temp.pick(ARRAY['New NDA request','New message','New investment','Your pitch was viewed'], n),
       n % 4 > 0, pg_temp.ago(n, 120)
FROM generate_series(1, 20000) AS n;

INSERT INTO payments (user_id, investment_id, amount_cents, status, provider_reference, created_at)
SELECT 1 + (n * 37) % 20000, n, 50000 + (n * 99700) % 25000000,
       pg_temp.pick(ARRAY['succeeded','succeeded','succeeded','failed','refunded'], n),
       'pay_' || md5('payment' || n), pg_temp.ago(n, 900)
FROM generate_series(1, 9000) AS n;

INSERT INTO user_sessions (id, user_id, ip_address, user_agent, expires_at, created_at)
SELECT md5('session' || n), 1 + (n * 29) % 20000, ('10.' || n % 200 || '.' || n % 251 || '.7')::inet,
       pg_temp.pick(ARRAY['Mozilla/5.0 (Macintosh)','Mozilla/5.0 (Windows NT 10.0)',
           'Mozilla/5.0 (iPhone)'], n), created + interval '7 days', created
FROM (SELECT n, pg_temp.ago(n, 420) AS created FROM generate_series(1, 24000) AS n) AS visits;

INSERT INTO pitch_views (pitch_id, viewer_id, seconds, viewed_at)
SELECT 1 + (n * 13) % 30000, CASE WHEN n % 3 > 0 THEN 1 + (n * 7) % 20000 END,
       5 + (n % 240)::integer, pg_temp.ago(n, 60)
FROM generate_series(1, 40000) AS n;

INSERT INTO analytics_events (user_id, event_type, properties, created_at)
SELECT 1 + n % 20000, pg_temp.pick(ARRAY['page_view','search','click','signup','share'], n),
       jsonb_build_object('path', pg_temp.pick(ARRAY['/','/browse','/pitch','/pricing'], n)),
       pg_temp.ago(n, 150)
FROM generate_series(1, 30000) AS n;

INSERT INTO search_history (user_id, query, results, created_at)
SELECT 1 + n % 20000, pg_temp.pick(ARRAY['horror under 1m','female lead','true story','sci-fi series',
           'documentary','heist'], n), (n % 80)::integer, pg_temp.ago(n, 300)
FROM generate_series(1, 8000) AS n;

INSERT INTO password_reset_tokens (user_id, token_hash, used_at, created_at)
SELECT 1 + (n * 43) % 20000, md5('reset' || n), CASE WHEN n % 2 = 0 THEN pg_temp.ago(n, 30) END,
       pg_temp.ago(n, 30)
FROM generate_series(1, 600) AS n;

INSERT INTO security_events (event_type, severity, ip_address, email, user_id, details, created_at)
SELECT pg_temp.pick(ARRAY['login_failed','login_failed','password_reset','new_device','rate_limited'], n),
       pg_temp.pick(ARRAY['low','low','medium','low','medium'], n),
       ('203.0.113.' || n % 250)::inet, 'user' || n % 900 || '@example.com', 1 + n % 20000,
       '{}', pg_temp.ago(n, 400)
FROM generate_series(1, 6000) AS n;

SELECT setval(pg_get_serial_sequence('users', 'id'), 20000);
SELECT setval(pg_get_serial_sequence('pitches', 'id'), 30000);
