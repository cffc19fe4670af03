"""Indaba on this machine: engines, processes, the demo and the preview."""
