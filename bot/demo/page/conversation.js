// What the chosen person sees in the chosen channel.
//
//   stream → lines (all that happened) → those that are seen here → list items

import { conversations, here, nameOf } from "./chosen.js";
import { byId } from "./element.js";
import { inspect, inspectable } from "./inspector.js";
import { messageItem, questionItem, saidItem } from "./message.js";
import { mrkdwn } from "./mrkdwn.js";
import { post } from "./post.js";

const NEAR_END_PX = 80;
const EXCERPT_LENGTH = 40;
const ITEMS = { asked: questionItem, posted: messageItem, said: saidItem };
const lines = new Map(); // key → {key, kind, ts, facts, item}

/** Forget everything: the past is told anew. */
export function reset() {
  lines.clear();
  byId("log").setAttribute("aria-busy", "true");
}

/** Keep something that was asked, posted or said, and show it once the past is told. */
export function take(kind, facts) {
  const key = `${kind} ${facts.channel} ${facts.ts}`;
  const before = lines.get(key);
  if (facts.deleted) {
    lines.delete(key);
  } else {
    lines.set(key, { key, kind, ts: Number(facts.ts), facts, item: null });
  }
  if (byId("log").getAttribute("aria-busy") === "false") {
    place(before, lines.get(key));
  }
}

/** Show everything: the past has been told. */
export function ready() {
  redraw();
  byId("log").setAttribute("aria-busy", "false");
}

/** Show what is seen now by whom and where is chosen. */
export function redraw() {
  byId("messages").replaceChildren(...seen().map(draw));
  scrollToEnd();
  afterChange();
}

/** The newest message of another app in any channel; undefined when there is none. */
export function newestAlert() {
  return [...lines.values()].filter(({ facts }) => facts.bot_id).sort(byTime).at(-1)?.facts;
}

/** Use the message shortcut on a message. */
export function lookUp({ channel, ts }) {
  return post("message-shortcut", { user: here.user, channel, ts });
}

function isSeen({ kind, facts }) {
  const viewer = { asked: facts.user, posted: facts.ephemeral_to }[kind] ?? null;
  return facts.channel === here.channel && (viewer === null || viewer === here.user);
}

function seen() {
  return [...lines.values()].filter(isSeen).sort(byTime);
}

function byTime(one, other) {
  return one.ts - other.ts;
}

function draw(line) {
  const { channel, ts } = line.facts;
  line.item = ITEMS[line.kind](line.facts, {
    names: nameOf,
    conversations,
    thread: excerpt(line.facts),
    actions: actionsOn(line),
    act: (action) => post("click", { ...action, channel, ts, user: here.user }),
  });
  return line.item;
}

// Slack offers no shortcut on a message that one person sees.
function actionsOn(line) {
  const lookingUp = { words: here.state.shortcuts.message, choose: () => lookUp(line.facts) };
  const inspecting = { words: "Inspect", choose: () => inspect(line.key) };
  return [
    ...(line.facts.ephemeral_to ? [] : [lookingUp]),
    ...(line.kind === "posted" ? [inspecting] : []),
  ];
}

function excerpt({ channel, thread_ts: ts }) {
  const root = [...lines.values()].find(({ facts }) => facts.channel === channel && facts.ts === ts);
  const letters = Array.from(mrkdwn(root?.facts.text ?? "another message", nameOf).textContent.trim());
  const isCut = letters.length > EXCERPT_LENGTH;
  return isCut ? `${letters.slice(0, EXCERPT_LENGTH).join("")}…` : letters.join("");
}

function place(before, line) {
  const wasAtEnd = isAtEnd();
  const focused = document.activeElement?.dataset.action;
  const hadFocus = before?.item?.contains(document.activeElement);
  const wasShown = before?.item?.isConnected;
  if (!line || !isSeen(line)) {
    before?.item?.remove();
  } else if (wasShown) {
    before.item.replaceWith(draw(line));
  } else {
    const later = seen().find((other) => other.ts > line.ts && other.item?.isConnected);
    byId("messages").insertBefore(draw(line), later?.item ?? null);
  }
  if (hadFocus && line?.item) focusOn(line.item, focused);
  if (wasAtEnd) scrollToEnd();
  afterChange();
}

// Where the same control is no more, any of the message is nearer than the top of the page.
function focusOn(item, action) {
  const controls = [...item.querySelectorAll("[data-action]")];
  (controls.find((node) => node.dataset.action === action) ?? controls[0])?.focus();
}

function isAtEnd() {
  const log = byId("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
}

function scrollToEnd() {
  byId("log").scrollTop = byId("log").scrollHeight;
}

function afterChange() {
  byId("empty").hidden = byId("messages").childElementCount > 0;
  inspectable(seen().filter((line) => line.kind === "posted"));
}
