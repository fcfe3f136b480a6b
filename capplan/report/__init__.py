"""Answers as text: one module a form. It computes no figure and prints nothing."""
