"""What the figures mean: facts about calls, how they are counted, and the formulas. Pure."""
