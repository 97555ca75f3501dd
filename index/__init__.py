"""Articles in, searchable index out. Knows nothing of questions' answers."""
