"""What membership does by the clock, and the list of the erased outside the database."""
