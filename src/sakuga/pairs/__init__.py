"""A journey: photos and the same as drawings, to learn translation from."""
