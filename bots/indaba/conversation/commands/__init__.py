"""What people can ask for: intents, their arguments, and the lines that name them."""
