"""Measures of pictures that need no original to compare with; each file says what, range and source."""
