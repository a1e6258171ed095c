"""The product with no accounts: simulators of the cloud and of Slack, for the demo and the tests.

They stand on the other side of the wire: nothing here shares our own signer or parser, so that a
mistake of ours shows as a refusal instead of being made twice.
"""
