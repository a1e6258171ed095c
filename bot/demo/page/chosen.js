// Who looks, and where; kept in the address, so that reloading the page keeps it.

import { byId, element } from "./element.js";

const KINDS = { guest: " (guest)", foreign: " (other organisation)" };
const listeners = [];

/** What /state told, and what is chosen: ids, and `tab` in the app's own DM: `messages` or `home`. */
export const here = {
  state: { people: [], channels: [], examples: [], shortcuts: {} },
  user: "",
  channel: "",
  tab: "messages",
};

/** Call `listener` after every choice. */
export function onChoice(listener) {
  listeners.push(listener);
}

/** Begin with what the address says, else with what `state` proposes. */
export function begin(state) {
  here.state = state;
  const wish = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  byId("person").addEventListener("change", () => choose({ user: byId("person").value }));
  byId("channel").addEventListener("change", () => choose(placeIn(byId("channel").value)));
  fillPeople();
  choose({ ...state.start, ...wish });
}

/** Look as somebody else, or elsewhere. */
export function choose({ user = here.user, channel = here.channel, tab = here.tab }) {
  Object.assign(here, { user, channel, tab });
  fillChannels();
  byId("person").value = here.user;
  const { user: who, channel: where, tab: which } = here;
  history.replaceState(null, "", `#${new URLSearchParams({ user: who, channel: where, tab: which })}`);
  listeners.forEach((listener) => listener());
}

/** The chosen channel; undefined when this person is in none. */
export function place() {
  return here.state.channels.find((each) => each.id === here.channel);
}

/** Whether the app's own DM is chosen. */
export function isOwn(channel) {
  return channel?.kind === "im" && channel.has_app;
}

/** Whether nobody can write in a channel, or there is none. */
export function isClosed(channel) {
  return !channel || channel.archived;
}

/** The name behind the id of a person or a channel; undefined when there is none. */
export function nameOf(id) {
  const person = here.state.people.find((each) => each.id === id);
  return person?.real_name || here.state.channels.find((each) => each.id === id)?.name;
}

/** The channels that a menu with this filter has to choose from, as {value, words}. */
export function conversations({ include, exclude_external_shared_channels: isShy } = {}) {
  const sorts = { channel: "public", private: "private", im: "im" };
  return here.state.channels
    .filter((each) => each.kind === "channel" || each.members.includes(here.user))
    .filter((each) => !include || include.includes(sorts[each.kind]))
    .filter((each) => !each.archived && !(isShy && each.shared))
    .map((each) => ({ value: each.id, words: titleOf(each) }));
}

/** How a channel is called in lists. */
export function titleOf(channel) {
  const remarks = [
    channel.shared ? "shared" : "",
    channel.archived ? "archived" : "",
    channel.has_app ? "" : "without the app",
  ].filter(Boolean);
  const name = { im: "mongolog (app)", private: `🔒 ${channel.name}` }[channel.kind] ?? `# ${channel.name}`;
  return remarks.length ? `${name} (${remarks.join(", ")})` : name;
}

// Slack opens an app with its Home tab.
function placeIn(channel) {
  const chosen = here.state.channels.find((each) => each.id === channel);
  return { channel, tab: isOwn(chosen) ? "home" : "messages" };
}

function fillPeople() {
  const people = here.state.people.filter((person) => person.kind !== "bot");
  byId("person").replaceChildren(
    ...people.map((person) =>
      element("option", { value: person.id }, person.real_name + (KINDS[person.kind] ?? "")),
    ),
  );
}

function fillChannels() {
  const channels = here.state.channels.filter((channel) => channel.members.includes(here.user));
  const chosen = channels.find((channel) => channel.id === here.channel);
  const wasOwn = isOwn(place());
  const next = chosen ?? channels.find((channel) => isOwn(channel) === wasOwn) ?? channels[0];
  here.channel = next?.id ?? "";
  here.tab = isOwn(next) ? here.tab : "messages";
  byId("channel").replaceChildren(
    ...channels.map((channel) => element("option", { value: channel.id }, titleOf(channel))),
  );
  byId("channel").value = here.channel;
  byId("place").textContent = next ? titleOf(next) : "No channel";
}
