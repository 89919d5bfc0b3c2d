"""A journey: photos to anime scenes."""
