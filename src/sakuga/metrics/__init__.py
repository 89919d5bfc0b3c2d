"""Measures of pictures and clips; each file says what, range and source, and table.py lists them."""
