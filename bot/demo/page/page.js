// The chat: what this person sees in this channel, kept up to date by /messages.
//
//   stream → conversation, modal, home ◄── chosen (who, where) ◄── a person
//   a person → asking, message, modal, home → post → the simulated Slack

import * as asking from "./asking.js";
import * as chosen from "./chosen.js";
import * as conversation from "./conversation.js";
import * as home from "./home.js";
import * as inspector from "./inspector.js";
import * as modal from "./modal.js";
import { say } from "./post.js";
import { listen } from "./stream.js";

let isPast = true; // views are shown once the past is told

const state = await (await fetch("state")).json();
inspector.begin();
home.begin();
modal.begin();
chosen.begin(state);
asking.begin();
asking.refresh();
chosen.onChoice(lookAnew);
listen({ reset, take, ready });

function reset() {
  isPast = true;
  [conversation, home, modal].forEach((part) => part.reset());
}

function take(kind, facts) {
  if (kind !== "shown") {
    conversation.take(kind, facts);
  } else if (facts.is_home) {
    home.take(facts);
  } else {
    modal.take(facts);
    if (!isPast) modal.refresh();
  }
}

function ready() {
  isPast = false;
  conversation.ready();
  home.refresh();
  modal.refresh();
}

function lookAnew() {
  inspector.follow();
  say("");
  asking.refresh();
  conversation.redraw();
  home.refresh();
  modal.refresh();
}
