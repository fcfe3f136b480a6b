"""The scenario language: what a file may say, and how its mistakes are told."""
