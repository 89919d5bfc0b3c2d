"""sakuga: restore animation imagery."""
