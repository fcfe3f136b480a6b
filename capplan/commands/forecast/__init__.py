"""The months to come: what each costs, what breaks in them, and when first."""
