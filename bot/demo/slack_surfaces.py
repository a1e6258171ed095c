"""What the app shows beside its messages: modals, each a stack of views, and Home tabs. Pure.

    open, push, update, publish → View ──► who watches
    a person closes, or the app clears → the View, closed

Slack documents neither what a second modal does to the first one of a person, nor whether a view
may be updated after that. Here the first one is closed: the stricter reading.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.demo.slack_inputs import Blocks, Values, held, with_ids
from bot.demo.slack_refusal import SlackRefusal

MOST_STACKED = 3  # docs.slack.dev/surfaces/modals


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One version of a modal's view, or of a Home tab.

    Attributes:
        id: Slack's; the same in all versions.
        user: who sees it.
        view: as sent.
        hash: another one in each version.
        revision: 0 when first shown, one more with each update.
        root: id of the first view in its stack; its own for a Home tab.
        previous: id of the view below it; None for the first in its stack.
        conversation: the one the person was looking at when it opened; None when unknown.
        closed: this version says that it was closed.
    """

    id: str
    user: str
    view: dict[str, Any] = field(repr=False)
    hash: str
    revision: int = 0
    root: str
    previous: str | None = None
    conversation: str | None = None
    closed: bool = False

    @property
    def is_home(self) -> bool:
        """Whether it is a Home tab."""
        return bool(self.view["type"] == "home")

    @property
    def external_id(self) -> str:
        """The app's own name for it; empty when it gave none."""
        return str(self.view.get("external_id", ""))

    @property
    def blocks(self) -> Blocks:
        """Its blocks; those without an id have got one."""
        return with_ids(self.view["blocks"])


class Surfaces:
    """The modals and Home tabs of one app.

    Args:
        clock: Unix seconds.
        secret: makes so many random bytes as hexadecimal digits.

    Attributes:
        has_home: whether the app's Home tab is switched on.
        on_shown: called with every version of every view, in order, just after it is kept.
    """

    def __init__(self, *, clock: Callable[[], float], secret: Callable[[int], str]) -> None:
        self.has_home = True
        self.on_shown: list[Callable[[View], None]] = []
        self._clock = clock
        self._secret = secret
        self._history: list[View] = []
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, str] = {}
        self._latest: dict[str, View] = {}
        self._values: dict[str, Values] = {}
        self._errors: dict[str, dict[str, str]] = {}

    @property
    def history(self) -> tuple[View, ...]:
        """Every version of every view, closings too, in the order of their making."""
        return tuple(self._history)

    @property
    def on_top(self) -> tuple[View, ...]:
        """The view that each person with a modal sees, the longest open modal first."""
        return tuple(self._latest[stack[-1]] for stack in self._stacks.values())

    def home_of(self, user: str) -> View | None:
        """A person's Home tab as it stands; None before anything was published."""
        return self._latest.get(self._homes.get(user, ""))

    def find(self, view_id: str) -> View | None:
        """The view as it stands now, a Home tab too; None when there is none, or it was closed."""
        view = self._latest.get(view_id)
        return None if view is None or view.closed else view

    def find_modal(self, view_id: str) -> View | None:
        """The view as it stands now, if it is in an open modal."""
        view = self.find(view_id)
        return None if view is None or view.is_home else view

    def find_named(self, external_id: str) -> View | None:
        """The view in an open modal, or the Home tab, with this name of the app's."""
        live = (each for each in self._latest.values() if not each.closed)
        return next((each for each in live if each.external_id == external_id), None)

    def values(self, view: View) -> Values:
        """What the menus and fields of a view hold just now."""
        return self._values.get(view.id, {})

    def errors(self, view: View) -> dict[str, str]:
        """What stands below inputs since the last submission was refused, by block_id."""
        return self._errors.get(view.id, {})

    def open(self, user: str, view: dict[str, Any], *, conversation: str | None = None) -> View:
        """Show a new modal to a person, in the place of one that they may have open.

        Raises:
            SlackRefusal: `duplicate_external_id`.
        """
        self._refuse_duplicate(view, None)
        self.close_all(user)
        view_id = self._new_id()
        self._stacks[user] = [view_id]
        return self._show(
            View(
                id=view_id,
                user=user,
                view=view,
                hash=self._new_hash(),
                root=view_id,
                conversation=conversation,
            )
        )

    def push(self, below: View, view: dict[str, Any]) -> View:
        """Show a new view on top of the modal that a view is in.

        Raises:
            SlackRefusal: `push_limit_reached` or `duplicate_external_id`.
        """
        stack = self._stacks[below.user]
        if len(stack) >= MOST_STACKED:
            raise SlackRefusal("push_limit_reached")
        self._refuse_duplicate(view, None)
        previous = stack[-1]
        stack.append(self._new_id())
        return self._show(
            View(
                id=stack[-1],
                user=below.user,
                view=view,
                hash=self._new_hash(),
                root=below.root,
                previous=previous,
                conversation=below.conversation,
            )
        )

    def update(self, current: View, view: dict[str, Any]) -> View:
        """Show the next version of a view.

        Raises:
            SlackRefusal: `duplicate_external_id`.
        """
        self._refuse_duplicate(view, current)
        revision = current.revision + 1
        self._errors.pop(current.id, None)
        return self._show(replace(current, view=view, hash=self._new_hash(), revision=revision))

    def publish(self, user: str, view: dict[str, Any]) -> View:
        """Show the next version of a person's Home tab, or the first.

        Raises:
            SlackRefusal: `duplicate_external_id`.
        """
        current = self.home_of(user)
        if current is not None:
            return self.update(current, view)
        self._refuse_duplicate(view, None)
        view_id = self._homes[user] = self._new_id()
        new_hash = self._new_hash()
        return self._show(View(id=view_id, user=user, view=view, hash=new_hash, root=view_id))

    def enter(self, view: View, values: Values) -> None:
        """Keep what the menus and fields of a view hold now."""
        self._values[view.id] = values

    def put_errors(self, view: View, errors: dict[str, str]) -> None:
        """Let these sentences stand below inputs, by block_id."""
        self._errors[view.id] = errors

    def close(self, view: View) -> None:
        """Take a view away, and what lies on top of it; the one below is seen again."""
        stack = self._stacks[view.user]
        for view_id in reversed(stack[stack.index(view.id) :]):
            stack.remove(view_id)
            current = self._latest[view_id]
            self._tell(replace(current, revision=current.revision + 1, closed=True))
        if not stack:
            del self._stacks[view.user]

    def close_all(self, user: str) -> None:
        """Take a person's modal away, if one is open."""
        if user in self._stacks:
            self.close(self._latest[self._stacks[user][0]])

    def _show(self, view: View) -> View:
        before = self.values(view)
        self._values[view.id] = held(view.blocks, before, conversation=view.conversation)
        return self._tell(view)

    def _tell(self, view: View) -> View:
        self._latest[view.id] = view
        self._history.append(view)
        for listener in self.on_shown:
            listener(view)
        return view

    def _refuse_duplicate(self, view: dict[str, Any], current: View | None) -> None:
        """A name is one view's alone: docs.slack.dev/reference/methods/views.open."""
        named = self.find_named(view["external_id"]) if view.get("external_id") else None
        if named is not None and (current is None or named.id != current.id):
            raise SlackRefusal("duplicate_external_id")

    def _new_id(self) -> str:
        return f"V{self._secret(5).upper()}"

    def _new_hash(self) -> str:
        return f"{int(self._clock())}.{self._secret(4)}"
