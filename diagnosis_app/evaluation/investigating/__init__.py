"""How good a whole investigation is beside the instant ranking it begins with."""
