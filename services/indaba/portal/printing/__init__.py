"""Highlights as a one-page PDF, drawn by a process of its own."""
