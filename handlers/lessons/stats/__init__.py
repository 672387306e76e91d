"""How incidents were handled over a time, beside the time before."""
