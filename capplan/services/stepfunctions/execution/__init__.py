"""One execution: its mean, its bounds, how it varies, what it is billed."""
