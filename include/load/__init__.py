"""Pages to committed rows: Arrow batches, COPY into staging, one transaction for what counts."""
