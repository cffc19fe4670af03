"""Reading untrusted content from the web, in a separate process."""
