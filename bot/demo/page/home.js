// The app's own place: its Home tab beside its messages.

import { blocks } from "./blocks.js";
import { choose, conversations, here, isOwn, nameOf, place } from "./chosen.js";
import { byId, element } from "./element.js";
import { post } from "./post.js";

const TABS = { home: "tab-home", messages: "tab-messages" };
const homes = new Map(); // person → the Home tab as it stands
let opened = ""; // whose Home tab is looked at

/** Let the tabs be chosen. */
export function begin() {
  for (const [tab, id] of Object.entries(TABS)) {
    byId(id).addEventListener("click", () => choose({ tab }));
    byId(id).addEventListener("keydown", move);
  }
}

/** Forget everything: the past is told anew. */
export function reset() {
  homes.clear();
}

/** Keep a version of a Home tab, and show it if it is looked at. */
export function take(view) {
  homes.set(view.user, view);
  if (isLookedAt() && view.user === here.user) draw();
}

/** Show the tab that is chosen; opening Home tells the app. */
export function refresh() {
  const isHome = isLookedAt();
  byId("tabs").hidden = !isOwn(place());
  byId("talk").role = isOwn(place()) ? "tabpanel" : null;
  byId("home").hidden = !isHome;
  byId("talk").hidden = isHome;
  for (const [tab, id] of Object.entries(TABS)) {
    byId(id).setAttribute("aria-selected", String(here.tab === tab));
    byId(id).tabIndex = here.tab === tab ? 0 : -1;
  }
  const isOpened = isHome && opened !== here.user;
  opened = isHome ? here.user : "";
  if (isHome) draw();
  if (isOpened) post("home", { user: here.user });
}

function isLookedAt() {
  return here.tab === "home" && isOwn(place());
}

function draw() {
  const view = homes.get(here.user);
  const focused = byId("home").contains(document.activeElement) && document.activeElement.dataset.action;
  const around = {
    names: nameOf,
    conversations,
    act: (action) => post("use", { ...action, view: view.id, user: here.user }),
  };
  const waiting = element("p", { class: "empty" }, "Work in progress …"); // what Slack shows then
  byId("home").replaceChildren(
    element("div", { class: "surface" }, ...(view ? blocks(view.blocks, around) : [waiting])),
  );
  if (focused) byId("home").querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
}

function move(event) {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const tab = here.tab === "home" ? "messages" : "home";
  choose({ tab });
  byId(TABS[tab]).focus();
}
