"""Reading sources: HTTP, files, and the engine that picks the reader of a feed."""
