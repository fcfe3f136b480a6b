"""Systems Manager Parameter Store: parameters, and the calls that read them."""
