"""The guide's daily, weekly and monthly maintenance, by command and by schedule."""
