"""Questions about the app itself, not about an instance: help, health, and what is watched."""

from bot.model import HealthCheck, Help, WatchStatus
from bot.parse.vocabulary import (
    FILLERS,
    FIRST_HELP_WORDS,
    HEALTH,
    HELP,
    NOT_TOPICS,
    QUESTION_MARK,
    STATUS,
)
from bot.parse.words import Word


def about_app(words: tuple[Word, ...]) -> Help | HealthCheck | WatchStatus | None:
    """The question that the words are; None when they are about instances, or nothing."""
    topic = _help_topic(words)
    if topic is not None:
        return Help(topic=topic)
    if any(word.ids for word in words):
        return None
    said = {word.plain for word in words}
    meant = said - FILLERS - {QUESTION_MARK}
    if meant == {HEALTH}:
        return HealthCheck()
    return WatchStatus() if STATUS in said and not meant else None


def _help_topic(words: tuple[Word, ...]) -> str | None:
    """What help is wanted about, "" for everything; None when nobody asks for help."""
    for place, word in enumerate(words):
        if word.plain == HELP or (place == 0 and word.plain in FIRST_HELP_WORDS):
            topics = (after.plain for after in words[place + 1 :] if not after.ids)
            return next((topic for topic in topics if topic not in NOT_TOPICS), "")
    return None
