"""What a number should be today, learned from the days before it. Pure: numbers in, bands out."""
