"""The agents' board: `browser/` draws it and talks to the backend, the Python serves its page."""
