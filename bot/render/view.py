"""Who reads an answer, where and when: all that rendering needs beside the facts. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime


class Surface(enum.Enum):
    """Where a message is read; it decides which controls it has."""

    EPHEMERAL = "ephemeral"  # by one person, kept nowhere
    CHANNEL = "channel"  # by everybody in a channel or thread
    DIRECT = "direct"  # by one person, in the direct messages, where it stays
    MODAL = "modal"  # by one person, in a modal
    TERMINAL = "terminal"  # no controls


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Somebody else who asked the same in the same channel; `user` is Slack's id."""

    user: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The reader's side of one message.

    Attributes:
        now: when the message is made.
        zone: IANA name of the zone for times in plain words; an unknown one counts as UTC.
        reference: our name for this answer, which the log carries too, such as `ml-7K2Q`.
        links: this reader may have links in this place and the message is private.
        link_denied: this reader lacks the right to links here: one line says whom to ask.
        links_denied: of several instances, those whose links this reader may not have here.
        ask_group: the user group to ask for that right; "" when none is named.
        link_hosts: hosts that links may point to beside the vendor's storage.
        shared_by: the Slack user id of who shares this answer; such an answer never has links.
        command: how questions begin here.
        surface: where it is read.
        console: the address of the cloud's console; "" when it is not known.
        earlier: who else asked the same here lately; None when nobody did.
    """

    now: datetime
    zone: str
    reference: str
    links: bool
    link_denied: bool = False
    links_denied: frozenset[str] = frozenset()
    ask_group: str = ""
    link_hosts: tuple[str, ...] = ()
    shared_by: str | None = None
    command: str = "/mongolog"
    surface: Surface = Surface.EPHEMERAL
    console: str = ""
    earlier: Earlier | None = None

    @property
    def offers_links(self) -> bool:
        """Whether a link may stand in this message."""
        return self.links and self.shared_by is None and self.is_private

    @property
    def is_private(self) -> bool:
        """Whether one person alone sees it, and nobody keeps it."""
        return self.surface in (Surface.EPHEMERAL, Surface.MODAL)

    @property
    def has_controls(self) -> bool:
        """Whether there can be buttons."""
        return self.surface is not Surface.TERMINAL
