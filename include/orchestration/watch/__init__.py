"""`elt watch`: a process beside Airflow that tells people what is wrong, also of Airflow itself."""
