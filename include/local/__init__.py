"""Everything that runs the platform on one machine without Docker: server, processes, demo."""
