"""Google Analytics 4 Data API."""
