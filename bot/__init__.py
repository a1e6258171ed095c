"""mongolog: how the log exports of TencentDB for MongoDB instances stand, told in Slack.

The modules are the data flow: parse → policy → query → model → render → reply.
Importing any of them does nothing: no client, no environment, no registration.
"""

__version__ = "0.1.0"
