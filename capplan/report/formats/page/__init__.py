"""What every HTML page has: its styles and its script."""
