"""Running Indaba: the `indaba` command and the engines it starts by itself."""
