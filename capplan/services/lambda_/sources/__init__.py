"""What invokes a function: triggers, batches, event source mappings."""
