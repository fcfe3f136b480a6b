"""What each command answers as JSON: a record of each, made of the command's results."""
