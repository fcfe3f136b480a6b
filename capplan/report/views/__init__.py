"""Shows the answer of each command on the screen."""
