"""What the ranges of a scenario mean for its cost, limits and gates: draws of them, through columns made from a few plans."""
