"""How often faces are matched rightly, on any labelled photos: ``make bench-faces DATA=folder``."""
