"""From a chat event to what is posted back: context, resolve, perform, reply."""
