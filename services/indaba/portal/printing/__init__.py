"""Paper: highlights on one page, drawn by a process of its own."""
