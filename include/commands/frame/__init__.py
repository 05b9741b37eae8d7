"""What every command is made of: arguments, choices, connections, exit codes."""
