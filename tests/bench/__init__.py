"""`make bench`: the bot beside a bare Bolt app that only acknowledges, in one run, as ratios."""
