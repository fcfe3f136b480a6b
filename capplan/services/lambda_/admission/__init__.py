"""What gets through of what invokes a function: throttled back, waiting, expired."""
