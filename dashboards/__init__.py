"""What people look at: the agents' board, and later the supervisors' statistics."""
