"""The model as messages: Block Kit with its text for Slack, lines and JSON for the terminal."""
