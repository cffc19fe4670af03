"""`indaba demo`: one term of a community that does not exist, played through the real message path.

People, organisations, places and links are made up.
"""
