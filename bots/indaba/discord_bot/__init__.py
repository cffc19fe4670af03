"""The Discord bot: a face that hears commands, buttons, mentions and direct messages.

Owns: how far each channel has been read, where cards are, and which native events mirror meetings.
Asks membership and scheduling.
Listens to: scheduling's and membership's events (cards, native events, reminders, rights, erasure).
"""
