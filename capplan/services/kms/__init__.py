"""AWS KMS: keys, and the requests that encryption makes of them."""
