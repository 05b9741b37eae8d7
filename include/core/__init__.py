"""Names, errors, time and the types that cross rooms. Standard library only."""
