"""To and from a platform: the inbox of chat events, the outgoing posts, the services."""
