"""What arrives where: traffic shapes, schedules, and calls solved as a linear system."""
