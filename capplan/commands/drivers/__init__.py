"""What a scenario's bill and its nearest limit hang on: each input is moved, and all is planned again."""
