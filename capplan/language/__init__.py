"""The scenario language: what a file may say, and the words for its errors."""
