"""What checks found, who muted them, the scores, and the numbers bands are learned from."""
