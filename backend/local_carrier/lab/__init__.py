"""The lab: where tests and people play the callers. It exists only on the local carrier."""
