"""A small business whose exports have one defect of each kind, and the same exports mended."""
