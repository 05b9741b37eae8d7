"""What stands wrong, who hears of it, and when: without Airflow.

signal -> life (opened, repeated, flapping, resolved) -> routing (whom, when)
       -> grouping (one message for many) -> outbox in elt_ops -> delivery
"""
