"""AWS Step Functions: state machines."""
