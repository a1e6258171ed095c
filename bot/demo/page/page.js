// The chat: what this person sees in this channel, kept up to date by /messages.
//
//   stream → lines (all that happened) → those that the chosen person sees here → list items

import { element } from "./element.js";
import { messageItem, questionItem } from "./message.js";
import { plain } from "./mrkdwn.js";

const LOCK_SCREEN_LENGTH = 60;
const NEAR_END_PX = 80;
const WIDE = window.matchMedia("(min-width: 60rem)");

const byId = (id) => document.getElementById(id);
const lines = new Map(); // key → {key, kind, ts, facts, item}
const typed = []; // earlier questions, for the arrow keys
let state = { people: [], channels: [], examples: [] };
let chosen = { user: "", channel: "" };
let inspected = null; // key; null follows the newest message
let recalled = 0;

await start();

async function start() {
  state = await (await fetch("state")).json();
  const wish = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  chosen = { ...state.start, ...wish };
  fillPeople();
  fillExamples();
  fillChannels();
  showPane(WIDE.matches);
  byId("person").addEventListener("change", () => choose({ user: byId("person").value }));
  byId("channel").addEventListener("change", () => choose({ channel: byId("channel").value }));
  byId("pane-toggle").addEventListener("click", () => showPane(byId("pane").hidden));
  byId("composer").addEventListener("submit", submit);
  byId("words").addEventListener("keydown", recall);
  listen();
}

// The stream

function listen() {
  const stream = new EventSource("messages");
  stream.addEventListener("open", () => {
    lines.clear(); // the past is told anew
    byId("log").setAttribute("aria-busy", "true");
    say("");
  });
  stream.addEventListener("asked", (event) => take("asked", JSON.parse(event.data)));
  stream.addEventListener("posted", (event) => take("posted", JSON.parse(event.data)));
  stream.addEventListener("ready", () => {
    redraw();
    byId("log").setAttribute("aria-busy", "false");
  });
  stream.addEventListener("error", () => say("The demo does not answer: has it ended? Trying again."));
}

function take(kind, facts) {
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

// What is seen

function isSeen({ kind, facts }) {
  const viewer = kind === "asked" ? facts.user : facts.ephemeral_to;
  return facts.channel === chosen.channel && (viewer === null || viewer === chosen.user);
}

function seen() {
  return [...lines.values()].filter(isSeen).sort((one, other) => one.ts - other.ts);
}

function redraw() {
  const shown = seen();
  byId("messages").replaceChildren(...shown.map(draw));
  scrollToEnd();
  afterChange();
}

function draw(line) {
  const around = {
    names: nameOf,
    inspect: () => inspect(line.key),
    act: (action) =>
      send("click", { ...action, channel: line.facts.channel, ts: line.facts.ts, user: chosen.user }),
  };
  line.item = line.kind === "asked" ? questionItem(line.facts, around) : messageItem(line.facts, around);
  return line.item;
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
  if (hadFocus && line?.item) {
    [...line.item.querySelectorAll("[data-action]")].find((node) => node.dataset.action === focused)?.focus();
  }
  if (wasAtEnd) scrollToEnd();
  afterChange();
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
  showInspected();
}

function nameOf(id) {
  const person = state.people.find((each) => each.id === id);
  return person?.real_name || state.channels.find((each) => each.id === id)?.name;
}

// Who, where and what

function fillPeople() {
  const kinds = { guest: " (guest)", foreign: " (other organisation)", member: "" };
  const people = state.people.filter((person) => person.kind !== "bot");
  byId("person").replaceChildren(
    ...people.map((person) => element("option", { value: person.id }, person.real_name + kinds[person.kind])),
  );
  byId("person").value = chosen.user;
}

function fillChannels() {
  const channels = state.channels.filter((channel) => channel.members.includes(chosen.user));
  const isHere = channels.some((channel) => channel.id === chosen.channel);
  chosen.channel = isHere ? chosen.channel : channels[0]?.id;
  byId("channel").replaceChildren(
    ...channels.map((channel) => element("option", { value: channel.id }, titleOf(channel))),
  );
  byId("channel").value = chosen.channel;
  const channel = channels.find((each) => each.id === chosen.channel);
  byId("place").textContent = channel ? titleOf(channel) : "No channel";
  const isClosed = !channel || channel.archived;
  byId("empty").textContent = `Nothing here that you can see. ${isClosed ? "Nobody can ask here." : "Ask below."}`;
  for (const control of [byId("words"), ...byId("composer").elements, ...byId("examples").children]) {
    control.disabled = isClosed;
  }
}

function titleOf(channel) {
  const remarks = [
    channel.shared ? "shared" : "",
    channel.archived ? "archived" : "",
    channel.has_app ? "" : "without the app",
  ].filter(Boolean);
  const name = { im: "mongolog", private: `🔒 ${channel.name}` }[channel.kind] ?? `# ${channel.name}`;
  return remarks.length ? `${name} (${remarks.join(", ")})` : name;
}

function choose(choice) {
  chosen = { ...chosen, ...choice };
  inspected = null;
  fillChannels();
  history.replaceState(null, "", `#${new URLSearchParams(chosen)}`);
  say("");
  redraw();
}

function fillExamples() {
  byId("examples").replaceChildren(
    ...state.examples.map(({ label, text }) => {
      const chip = element("button", { type: "button", class: "chip", title: `/mongolog ${text}` }, label);
      chip.addEventListener("click", () => ask(text));
      return chip;
    }),
  );
}

// Asking

async function submit(event) {
  event.preventDefault();
  const words = byId("words").value.trim();
  if (await ask(words)) {
    typed.push(words);
    recalled = typed.length;
    byId("words").value = "";
  }
}

function ask(text) {
  return send("ask", { text, ...chosen });
}

async function send(path, facts) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(facts),
      keepalive: true,
    });
    say(answer.ok ? "" : `Slack refused this: ${await answer.text()}`);
    return answer.ok;
  } catch {
    say("The demo does not answer: has it ended?");
    return false;
  }
}

function recall(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !typed.length) return;
  event.preventDefault();
  recalled = Math.min(Math.max(recalled + step, 0), typed.length);
  byId("words").value = typed[recalled] ?? "";
}

function say(words) {
  byId("notice").textContent = words;
}

// The second pane

function showPane(isOpen) {
  const wasAtEnd = isAtEnd();
  byId("pane").hidden = !isOpen;
  byId("pane-toggle").setAttribute("aria-expanded", String(isOpen));
  if (wasAtEnd) scrollToEnd();
}

function inspect(key) {
  inspected = key;
  showPane(true);
  byId("inspector").open = true;
  showInspected();
  byId("pane").scrollIntoView({ block: "nearest" });
}

function showInspected() {
  const messages = seen().filter((line) => line.kind === "posted");
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
