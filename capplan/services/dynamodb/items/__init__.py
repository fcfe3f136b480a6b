"""Items: their size, what indexes hold of them, what they store."""
