"""Reading from the web what strangers put there, carefully, in a process of its own."""
