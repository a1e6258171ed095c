"""The edge to Slack: what people ask there, and what they are sent."""
