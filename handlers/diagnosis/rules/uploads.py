"""Causes of failing uploads: the bucket, its permissions, parts, size, the platform's address."""

from __future__ import annotations

from handlers.diagnosis.rule import Rule, bad, equals

STORAGE_EFFECTS = (
    "bucket_refuses", "bucket_read_only", "parts_refused", "bucket_late", "storage_says_bad",
    "part_degraded",
)  # fmt: skip

UPLOAD_RULES = (
    Rule(
        "bucket_missing",
        "The uploads' bucket does not exist",
        "Its name leads to nothing, so every upload fails.",
        proof=(bad("bucket_listed"), equals("bucket", "no such bucket")),
        explains=STORAGE_EFFECTS,
        solutions=("check_bucket_name", "rollback"),
        detail="bucket_listed",
    ),
    Rule(
        "storage_away",
        "The object store does not answer",
        "Nothing can be uploaded or fetched while it is away.",
        proof=(
            equals(
                "bucket",
                "connection refused",
                "name not resolved",
                "failing",
                "not usable",
            ),
        ),
        explains=STORAGE_EFFECTS,
        solutions=("follow_cloudflare", "retry_uploads"),
        detail="bucket",
    ),
    Rule(
        "bucket_refuses",
        "The uploads' bucket refuses access",
        "It is there, and the keys may not use it.",
        proof=(equals("bucket", "permission denied"),),
        explains=("bucket_read_only", "parts_refused", "storage_says_bad"),
        solutions=("bucket_permissions", "rollback"),
        detail="bucket",
    ),
    Rule(
        "bucket_read_only",
        "The uploads' bucket takes no writes",
        "It can be listed, and a small write into it is refused.",
        proof=(bad("bucket_write"),),
        explains=("parts_refused",),
        solutions=("bucket_permissions", "retry_uploads"),
        detail="bucket_write",
    ),
    Rule(
        "parts_refused",
        "Uploads in parts are refused",
        "Small files go through in one piece; large ones are sent in parts and fail.",
        proof=(bad("multipart"),),
        solutions=("chunked_uploads", "bucket_permissions"),
        detail="multipart",
    ),
    Rule(
        "bucket_late",
        "The object store is slow",
        "A write of a few bytes takes so long that larger ones run into time-outs.",
        proof=(bad("bucket_ms"),),
        explains=("storage_says_bad",),
        solutions=("upload_timeout", "retry_uploads", "chunked_uploads"),
        detail="bucket_ms",
    ),
    Rule(
        "upload_address_failing",
        "The platform's upload address fails",
        "The bucket is as it should be; the address in front of it answers with a fault.",
        proof=(bad("upload_address"),),
        explains=("answers_fail",),
        solutions=("logs", "rollback", "retry_uploads"),
        detail="upload_address",
    ),
    Rule(
        "upload_limit_low",
        "The platform allows smaller files than it promises",
        "What is larger is refused before it is sent.",
        proof=(bad("upload_limit"),),
        solutions=("raise_size", "chunked_uploads"),
        detail="upload_limit",
    ),
    Rule(
        "storage_says_bad",
        "The platform says that its storage fails",
        "The bot's own look does not show it: the Worker's binding may be wrong.",
        proof=(bad("told_storage"),),
        unless=(equals("bucket", ""),),
        explains=("part_degraded",),
        solutions=("bucket_permissions", "rollback"),
        detail="told_storage",
    ),
)
