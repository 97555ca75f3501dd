"""Question in, quoted answer out. Uses index; knows nothing of web pages."""
