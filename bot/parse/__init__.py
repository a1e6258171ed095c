"""The grammar: what a person typed, or an alert says, becomes a Command or instance ids. Pure.

    text ── words ──► Words ── reading ──► Command         canonical ──► text
              │                   │                         (writing)
           folding        about, times, vocabulary, guesses

Knows nothing of who asks, of rights, or of what a place (a thread, a channel) would add.
"""

from bot.parse.reading import parse
from bot.parse.words import instance_ids
from bot.parse.writing import canonical

__all__ = ["canonical", "instance_ids", "parse"]
