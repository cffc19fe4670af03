"""What scheduling does by the clock."""
