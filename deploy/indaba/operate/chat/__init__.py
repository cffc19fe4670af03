"""A chat for the terminal: text in, text out, for every terminal and every screen reader."""
