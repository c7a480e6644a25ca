"""What every service that keeps photos owes the people in them: a log of looks, a copy, an end."""
