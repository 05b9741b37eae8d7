"""Any SQL database: PostgreSQL, MySQL and MariaDB, SQLite, SQL Server."""
