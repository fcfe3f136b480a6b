"""The cheapest plan that recommendations lead to, and the steps to it."""
