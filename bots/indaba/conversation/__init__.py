"""Conversation: what people can ask for and what they are told, whatever the platform.

Knows intents, answers and notices, and keeps for a bot what was heard and what is to be posted;
knows no platform. `platform` says in prose what a platform must be able to do.
"""
