"""Causes of failing sign-ins: the secret, the session store, cookies, CORS, clocks."""

from __future__ import annotations

from handlers.diagnosis.rule import Rule, bad, equals, good

SIGN_IN_RULES = (
    Rule(
        "secret_missing",
        "The Worker lacks the secret that signs sessions",
        "Without it no session can be made or read, whatever else works.",
        proof=(bad("auth_secret"),),
        support=(bad("auth_names_secret"), bad("session_address")),
        unless=(good("auth_secret"),),
        explains=("sign_in_failing", "login_failing", "part_degraded", "answers_fail"),
        solutions=("set_secret", "rollback"),
        detail="auth_secret",
    ),
    Rule(
        "session_store_broken",
        "The session store cannot be read",
        "Strangers are still refused as they should be, so only people with a session notice.",
        proof=(equals("session_store", "missing", "locked"),),
        explains=(
            "sign_in_failing",
            "login_failing",
            "part_degraded",
            "upload_address_failing",
            "answers_fail",
        ),
        solutions=("restore_table", "clear_sessions", "rollback"),
        detail="session_store",
    ),
    Rule(
        "bot_clock_wrong",
        "The bot's own clock is wrong",
        "It differs from everybody else's; what the bot measures by time is not to be trusted.",
        proof=(bad("clock_bot"),),
        explains=("api_clock_wrong",),
        solutions=("set_clock",),
        detail="clock_bot",
    ),
    Rule(
        "api_clock_wrong",
        "The API's clock is wrong",
        "Tokens count as ended, or as not yet begun, where clocks differ.",
        proof=(bad("clock_api"),),
        solutions=("check_clock", "restart_worker"),
        detail="clock_api",
    ),
    Rule(
        "cors_refused",
        "Browsers may not call the API from the site",
        "The CORS answer does not allow the site's origin, so sign-in fails in browsers alone.",
        proof=(bad("cors"),),
        solutions=("cors_settings", "rollback"),
        detail="cors",
    ),
    Rule(
        "cookies_unprotected",
        "The session's cookie is set wrongly",
        "Browsers drop a cookie for another site that is not Secure, and scripts can read one that "
        "is not HttpOnly.",
        proof=(bad("cookies"),),
        solutions=("cookie_settings", "rollback", "rotate_secret"),
        detail="cookies",
    ),
    Rule(
        "sign_in_failing",
        "Sign-in fails inside the Worker",
        "Secret, store and database look right, so it is the sign-in's own code or configuration.",
        proof=(bad("session_address"), bad("auth_part"), bad("told_auth")),
        support=(bad("sign_in"),),
        explains=("part_degraded", "answers_fail", "login_failing"),
        solutions=("logs", "rollback", "rotate_secret", "clear_sessions"),
        detail="auth_part",
    ),
    Rule(
        "login_failing",
        "A real sign-in fails",
        "The session address answers strangers as it should; to sign in with a password fails.",
        needs=(bad("sign_in"), good("api_failed_percent")),  # else it may be chance
        proof=(bad("sign_in"),),
        solutions=("logs", "rollback", "clear_sessions"),
        detail="sign_in",
    ),
)
