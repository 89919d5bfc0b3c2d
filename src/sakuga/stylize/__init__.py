"""A journey: photos and videos to anime scenes."""
