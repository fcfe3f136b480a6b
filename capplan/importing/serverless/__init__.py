"""Reads serverless.yml of the Serverless Framework: `variables` fills them in, `read` reads functions, events, resources."""
