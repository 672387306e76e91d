"""Each delivered playbook against the steps of the operations guide: none is left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.app import catalogue
from bot.playbooks.library import Library, delivered_folder, load

# Every step of the guide by playbook and by the part of its section that it stands in.
GUIDE: dict[str, dict[str, list[str]]] = {
    # Security Operations › Incident Response
    "security-incident": {
        "Detection": [
            "Alert received or anomaly detected",
            "Document time, nature, and scope",
        ],
        "Containment": [
            "Isolate affected systems",
            "Preserve evidence",
            "Block malicious IPs/users",
        ],
        "Eradication": [
            "Remove malicious code",
            "Patch vulnerabilities",
            "Reset compromised credentials",
        ],
        "Recovery": [
            "Restore from clean backups",
            "Monitor for re-infection",
            "Verify system integrity",
        ],
        "Lessons Learned": [
            "Document incident",
            "Update security measures",
            "Train team on prevention",
        ],
    },
    # Emergency Procedures › Data Breach Response
    "data-breach": {
        "Immediate Actions": [
            "Isolate affected systems",
            "Reset all credentials",
            "Enable additional logging",
            "Notify security team",
        ],
        "Investigation": [
            "Identify scope of breach",
            "Preserve evidence",
            "Document timeline",
            "Identify affected users",
        ],
        "Containment": [
            "Patch vulnerabilities",
            "Update security rules",
            "Force password resets",
            "Implement additional monitoring",
        ],
        "Notification": [
            "Notify affected users",
            "Report to authorities (if required)",
            "Public disclosure (if necessary)",
            "Update status page",
        ],
        "Recovery": [
            "Restore normal operations",
            "Implement lessons learned",
            "Update security policies",
            "Conduct security audit",
        ],
    },
    # Emergency Procedures › Service Outage
    "service-outage": {
        "Switch to maintenance mode": ["Switch to maintenance mode"],
        "Diagnose issue": ["Diagnose issue"],
        "Quick fixes": [
            "Reset database connections",
            "Clear all caches",
            "Restart workers",
            "Unknown issue type",
        ],
        "Monitor recovery": ["Monitor recovery"],
    },
    # Common Issues & Solutions
    "high-response-times": {
        "Diagnosis": [
            "Check worker CPU time",
            "Check database query performance",
            "Check cache hit rate",
        ],
        "Solutions": [
            "Increase cache TTL for static content",
            "Optimize database queries (add indexes)",
            "Enable Cloudflare Argo for better routing",
            "Implement query result caching",
        ],
    },
    "authentication-failures": {
        "Diagnosis": [
            "Check JWT secret configuration",
            "Verify Better Auth service",
            "Check session storage",
        ],
        "Solutions": [
            "Rotate JWT secret if compromised",
            "Clear session cache",
            "Verify cookie settings",
            "Check CORS configuration",
        ],
    },
    "database-connection-errors": {
        "Diagnosis": [
            "Test direct connection",
            "Check connection pool",
            "Review connection limits",
        ],
        "Solutions": [
            "Restart connection pool",
            "Increase max connections",
            "Implement connection retry logic",
            "Check firewall/security groups",
        ],
    },
    "file-upload-failures": {
        "Diagnosis": [
            "Check R2 bucket status",
            "Verify upload endpoint",
            "Check file size limits",
        ],
        "Solutions": [
            "Increase upload timeout",
            "Check R2 bucket permissions",
            "Implement chunked uploads",
            "Add retry mechanism",
        ],
    },
    # Update Procedures
    "safe-deployment": {
        "Prepare": ["Create deployment branch", "Run tests", "Build and validate"],
        "Staging": ["Deploy to staging", "Test staging"],
        "Production": [
            "Deploy to production (with rollback ready)",
            "Verify production",
            "If issues, rollback",
        ],
    },
    "database-migration": {
        "Backup": ["Backup current database"],
        "Test": ["Test migration on copy", "Migration failed in test"],
        "Apply": ["If successful, apply to production", "Verify migration"],
    },
    # Backup & Recovery › Recovery Procedures
    "disaster-recovery": {
        "Decide": ["Starting recovery from a date"],
        "Restore": [
            "Stop services",
            "Restore database",
            "Restore code",
            "Restore configuration",
            "Rebuild and deploy",
        ],
    },
    # Daily Operations › Morning Checklist (9 AM)
    "morning-checklist": {
        "Morning": [
            "Check system health",
            "Review overnight metrics",
            "Check error logs",
            "Verify backups",
            "Check disk usage",
        ],
    },
    # Database Maintenance
    "database-daily": {
        "Daily tasks": [
            "Vacuum analyze (during low traffic)",
            "Check table sizes",
            "Monitor connections",
        ],
    },
    "database-weekly": {
        "Weekly tasks": [
            "Full backup",
            "Reindex tables (during maintenance window)",
            "Update statistics",
            "Check for unused indexes",
        ],
    },
    "database-monthly": {
        "Monthly tasks": [
            "Archive old data",
            "Optimize table storage",
            "Review and update indexes",
        ],
    },
    # Security Operations › Security Checklist
    "security-audit": {
        "Security audit": [
            "Check for exposed secrets",
            "Review access logs for anomalies",
            "Check SSL certificates",
            "Verify security headers",
            "Check for dependency vulnerabilities",
        ],
    },
    # Reporting › Monthly Review
    "monthly-review": {
        "Monthly review": [
            "Analyze performance trends",
            "Review security incidents",
            "Evaluate capacity needs",
            "Update documentation",
            "Plan improvements",
        ],
    },
}
WINDOWS = [(0, 1), (1, 4), (4, 24), (24, 72), (72, None)]  # hours from the discovery


@pytest.fixture(scope="module")
def library() -> Library:
    return load([delivered_folder()], catalogue(), date(2026, 11, 24))


def test_every_delivered_playbook_is_right(library: Library) -> None:
    assert [str(one) for one in library.mistakes] == []
    assert set(library.sources) == set(GUIDE)


@pytest.mark.parametrize("name", GUIDE)
def test_no_step_of_the_guide_is_left_out(library: Library, name: str) -> None:
    playbook = library.sources[name].playbook
    phases = {phase.title: phase for phase in playbook.phases}
    for title, wanted in GUIDE[name].items():
        told = [step.guide or step.title for step in phases[title].steps]
        # In the guide's order, with steps of our own between them.
        assert [one for one in told if one in wanted] == wanted, title


def test_the_data_breach_has_the_guides_windows_and_the_legal_clock(library: Library) -> None:
    playbook = library.sources["data-breach"].playbook
    found = [
        (
            (phase.begins or timedelta()) / timedelta(hours=1),
            phase.ends and phase.ends / timedelta(hours=1),
        )
        for phase in playbook.phases
    ]
    assert found == WINDOWS
    assert {phase.counted_from for phase in playbook.phases} == {"discovered"}
    assert playbook.legal_clock is not None
    assert playbook.legal_clock.length == timedelta(hours=72)
    assert playbook.legal_clock.counted_from == "discovered"


def test_the_outage_asks_for_the_four_causes_and_ends_when_it_is_well(library: Library) -> None:
    playbook = library.sources["service-outage"].playbook
    assert playbook.choices["cause"].choices == ("database", "cache", "worker", "unknown")
    conditions = {step.title: step.when for step in playbook.phases[2].steps}
    assert conditions == {
        "Reset database connections": "cause is database",
        "Clear all caches": "cause is cache",
        "Restart workers": "cause is worker",
        "Unknown issue type": "cause is unknown",
    }
    watch = playbook.step("watch-recovery")
    assert watch is not None
    assert watch.poll is not None
    assert watch.poll.green > 1


def test_every_kind_of_incident_has_a_playbook(library: Library) -> None:
    for kind in ("outage", "security", "data breach", "degradation"):
        assert library.matching(kind), kind
