"""The only room, with dags/ and plugins/, that imports Airflow: operators, DAG builders, alerts."""
