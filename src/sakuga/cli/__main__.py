"""`python -m sakuga.cli`, for where the `sakuga` script is not on the path."""

from sakuga.cli import main

main()
