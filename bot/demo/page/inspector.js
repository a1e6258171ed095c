// The second pane: what a lock screen and a screen reader show of a message, and how it was sent.

import { byId } from "./element.js";
import { plain } from "./mrkdwn.js";

const LOCK_SCREEN_LENGTH = 60;
const WIDE = window.matchMedia("(min-width: 60rem)");

let messages = [];
let inspected = null; // key; null follows the newest message

/** Let the pane be opened and closed. */
export function begin() {
  show(WIDE.matches);
  byId("pane-toggle").addEventListener("click", () => show(byId("pane").hidden));
}

/** These are the messages now: {key, facts, item}, oldest first. */
export function inspectable(lines) {
  messages = lines;
  fill();
}

/** Show more of the message with this key. */
export function inspect(key) {
  inspected = key;
  show(true);
  byId("inspector").open = true;
  fill();
  byId("pane").scrollIntoView({ block: "nearest" });
}

/** Follow the newest message again. */
export function follow() {
  inspected = null;
}

function show(isOpen) {
  const log = byId("log");
  const fromEnd = log.scrollHeight - log.scrollTop;
  byId("pane").hidden = !isOpen;
  byId("pane-toggle").setAttribute("aria-expanded", String(isOpen));
  log.scrollTop = log.scrollHeight - fromEnd;
}

function fill() {
  const line = messages.find((each) => each.key === inspected) ?? messages.at(-1);
  for (const each of messages) {
    each.item?.classList.toggle("inspected", each === line && inspected !== null);
  }
  const text = line ? plain(line.facts.text) : "";
  const letters = Array.from(text);
  const isCut = letters.length > LOCK_SCREEN_LENGTH;
  byId("lock-screen").textContent = isCut ? `${letters.slice(0, LOCK_SCREEN_LENGTH).join("")}…` : text;
  byId("spoken").textContent = text;
  byId("raw").textContent = line ? JSON.stringify(line.facts, null, 2) : "";
}
