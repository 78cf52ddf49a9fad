"""How fast, how large, how soon: the design's figures, each beside its floor of the same run."""
