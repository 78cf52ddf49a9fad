"""What comes in: the carrier's callbacks, people's commands, look-ups, the feed, sign-in."""
