"""Measures Quoth on questions with known answers."""
