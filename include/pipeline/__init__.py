"""One stream load, one dbt build, one check run, composed without Airflow."""
