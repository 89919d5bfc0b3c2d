"""Stills and shots as a studio would make them, out of openly licensed drawings."""
