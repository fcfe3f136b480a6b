"""Gates: what may be asked of a plan, and the verdicts. An unknown name or an unknown value is an error, never a pass."""
