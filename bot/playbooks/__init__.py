"""Playbooks: what a file says (`models`, `reading`, `checking`), and how a run of one stands.

Nothing here talks to Slack or to the store: decisions get values and answer values.
"""
