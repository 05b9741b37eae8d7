"""What the one plugin mounts into Airflow's API server: webhooks, API and pages below `/elt`."""
