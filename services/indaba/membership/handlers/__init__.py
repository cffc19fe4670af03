"""One function per request that membership answers."""
