// What happens in the workspace: the past first, then what comes. See feed.py.

import { say } from "./post.js";

const KINDS = ["asked", "posted", "said", "shown"];

/**
 * Listen for as long as the page is open.
 *
 * `heard.reset()` comes before the past, which is told anew after a break; `heard.take(kind, facts)`
 * for every event; `heard.ready()` once the past has been told.
 */
export function listen(heard) {
  const stream = new EventSource("messages");
  stream.addEventListener("open", () => {
    heard.reset();
    say("");
  });
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event) => heard.take(kind, JSON.parse(event.data)));
  }
  stream.addEventListener("ready", () => heard.ready());
  stream.addEventListener("error", () => say("The demo does not answer: has it ended? Trying again."));
}
