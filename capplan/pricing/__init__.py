"""Dated prices, and charges priced with tiers and allowances over the whole account."""
