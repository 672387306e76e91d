"""Bundles of evidence: collected, summed, stored, verified."""
