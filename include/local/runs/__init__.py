"""What is started and followed to its end: the demo's runs, and the business that goes wrong."""
