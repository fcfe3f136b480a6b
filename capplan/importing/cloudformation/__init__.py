"""Reads CloudFormation and SAM templates: `template` evaluates one, the other modules read its resources."""
