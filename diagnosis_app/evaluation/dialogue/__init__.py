"""What asking is worth: policies beside each other, by turn, on patients who answer from their published record."""
