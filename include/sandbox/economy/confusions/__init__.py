"""What makes people and products hard to tell apart, or to know again."""
