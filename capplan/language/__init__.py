"""The scenario language: its grammar, and the messages for its errors."""
