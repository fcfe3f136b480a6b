"""Dated prices and what becomes of charges under them: tiers and allowances over the whole account."""
