// The row of examples, and the line to type in.

import { choose, here, isClosed, isOwn, place } from "./chosen.js";
import { lookUp, newestAlert } from "./conversation.js";
import { byId, element } from "./element.js";
import { post, say } from "./post.js";

const typed = []; // earlier questions, for the arrow keys
let recalled = 0;

/** Let people ask; once the state is known. */
export function begin() {
  byId("composer").addEventListener("submit", submit);
  byId("words").addEventListener("keydown", recall);
  byId("examples").replaceChildren(
    chip(`⚡ ${here.state.shortcuts.global}`, "The app's shortcut, which works anywhere", anywhere),
    chip("use the shortcut on the alert", `⋯ More actions, ${here.state.shortcuts.message}`, onAlert),
    ...here.state.examples.map(({ label, text }) => chip(label, `/mongolog ${text}`, () => ask(`/mongolog ${text}`))),
  );
}

/** Fit what can be typed to the chosen channel. */
export function refresh() {
  const isDirect = isOwn(place());
  byId("command").textContent = isDirect ? "To mongolog:" : "/mongolog";
  const isBarred = isClosed(place());
  byId("empty").textContent = `Nothing here that you can see. ${isBarred ? "Nobody can ask here." : "Ask below."}`;
  for (const control of [...byId("composer").elements, ...byId("examples").children]) {
    control.disabled = isBarred;
  }
}

function chip(words, title, press) {
  const node = element("button", { type: "button", class: "chip", title }, words);
  node.addEventListener("click", press);
  return node;
}

function anywhere() {
  return post("shortcut", { user: here.user });
}

function onAlert() {
  const alert = newestAlert();
  if (!alert) return say("There is no alert here: the demo was started without them.");
  choose({ channel: alert.channel });
  return here.channel === alert.channel ? lookUp(alert) : say("You are not in the alert's channel.");
}

async function submit(event) {
  event.preventDefault();
  const words = byId("words").value.trim();
  const { isTaken } = await ask(words);
  if (isTaken) {
    typed.push(words);
    recalled = typed.length;
    byId("words").value = "";
  }
}

function ask(text) {
  return post("ask", { text, user: here.user, channel: here.channel });
}

function recall(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !typed.length) return;
  event.preventDefault();
  recalled = Math.min(Math.max(recalled + step, 0), typed.length);
  byId("words").value = typed[recalled] ?? "";
}
