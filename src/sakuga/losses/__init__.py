"""What a network is told to be sorry for; each file says what, with which weight, and from where."""
