"""Google Analytics 4 as the sandbox plays it."""
