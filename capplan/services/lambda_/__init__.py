"""AWS Lambda: functions."""
