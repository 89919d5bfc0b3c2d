"""Curate: videos become a set of pictures or clips worth learning from, and a manifest that says whence."""
