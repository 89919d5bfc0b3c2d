"""Degrade clean drawings as the real world does: seeded operators, codecs in memory, pipelines as data."""
