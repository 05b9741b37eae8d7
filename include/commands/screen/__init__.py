"""What a person or a pipe sees: tables, bars, JSON; the only place that prints."""
