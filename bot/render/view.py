"""Who reads an answer, where and when: all that rendering needs beside the facts. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The reader's side of one message.

    Attributes:
        now: when the message is made.
        zone: IANA name of the zone for times in plain words; an unknown one counts as UTC.
        reference: our name for this answer, which the log carries too, such as `ml-7K2Q`.
        links: this reader may have links in this place and the message is private.
        link_denied: this reader lacks the right to links here: one line says whom to ask.
        link_hosts: hosts that links may point to beside the vendor's storage.
        shared_by: the Slack user id of who shares this answer; such an answer never has links.
        command: how questions begin here.
    """

    now: datetime
    zone: str
    reference: str
    links: bool
    link_denied: bool = False
    link_hosts: tuple[str, ...] = ()
    shared_by: str | None = None
    command: str = "/mongolog"

    @property
    def offers_links(self) -> bool:
        """Whether a link may stand in this message."""
        return self.links and self.shared_by is None
