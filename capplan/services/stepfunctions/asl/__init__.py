"""The Amazon States Language: definitions read and checked."""
