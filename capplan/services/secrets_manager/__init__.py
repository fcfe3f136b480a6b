"""AWS Secrets Manager: secrets, and the calls that read them."""
