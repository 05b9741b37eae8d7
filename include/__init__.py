"""All Python of the platform; rooms and their allowed imports: tests/contract/test_layering.py."""
