"""The switches behind the guide's four symptoms: slow, sign-in, database, uploads."""

from __future__ import annotations

from bot.sandbox.fault import Fault

SYMPTOM_FAULTS: tuple[Fault, ...] = (
    Fault("worker_cpu_high", "platform", "High CPU time", "Each request computes", 60.0, "ms"),
    Fault(
        "cold_starts", "platform", "Cold starts", "Each connection's first answer waits", 2.5, "s"
    ),
    Fault("clock_skew", "platform", "Wrong clock", "The API's clock is ahead by", 10.0, "minutes"),
    Fault("upload_endpoint_broken", "platform", "Upload address broken", "It answers 500"),
    Fault("upload_limit_low", "platform", "Small upload limit", "Files may have only", 1.0, "MB"),
    Fault("region_down", "regions", "Region down", "Asia's Worker refuses connections"),
    Fault("region_slow", "regions", "Region slow", "Europe's Worker is late by", 2.5, "s"),
    Fault("jwt_secret_missing", "auth", "JWT secret missing", "The Worker has no JWT_SECRET"),
    Fault("session_store_down", "auth", "Session store away", "The table of sessions is gone"),
    Fault("cookies_insecure", "auth", "Unprotected cookies", "No Secure, HttpOnly, SameSite"),
    Fault("cors_wrong", "auth", "CORS wrong", "The API allows another site's origin"),
    Fault("database_waking", "database", "Database waking", "The compute is starting up"),
    Fault("blocking_session", "database", "Blocking session", "A session locks the pitches"),
    Fault("missing_index", "database", "Missing index", "The views of pitches have no index"),
    Fault("storage_slow", "storage", "Slow storage", "Every answer of S3 is late", 3.0, "s"),
    Fault("uploads_read_only", "storage", "Uploads read-only", "The bucket takes no write"),
    Fault("multipart_refused", "storage", "Parts refused", "Uploads in parts cannot be begun"),
    Fault("bucket_missing", "storage", "Bucket missing", "There is no uploads' bucket"),
)
