"""A company's calls from before Patchbay: read from a file, checked, and entered whole or not."""
