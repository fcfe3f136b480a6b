"""What each command computes."""
