"""The browser chat. Uses qa and index."""
