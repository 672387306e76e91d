"""`python -m bot` is `pitchey`."""

from bot.cli import main

raise SystemExit(main())
