"""Quick starts of the bot: forked from a process that has loaded it already.

A start of the bot loads nine hundred modules, which is two seconds of a processor, and the tests
start it some three hundred times. So a server that has loaded the bot once forks where a test
starts `python -m bot …` or `python -m tests.…`. What comes of it is a child of the test's own
process, with a process id, arguments, environment, folder, pipes and an end of its own; only the
loading is saved. What starts differently with Python itself (a terminal, PYTHON… or another
language in the environment, another user) is started by Python, and so is everything where
PITCHEY_FORKED=no is set.
"""

from tests.forked.starting import install, prepare

__all__ = ["install", "prepare"]
