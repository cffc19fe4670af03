"""The Matrix bot: a face that hears rooms and direct chats, and posts there.

Owns: how far rooms were read, and where cards are. Asks membership and scheduling.
Listens to: scheduling's and membership's events (cards, reminders, rights, erasure).
"""
