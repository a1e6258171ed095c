// The modal of the chosen person: the view on top of its stack, over everything else.
// docs.slack.dev/surfaces/modals

import { blocks } from "./blocks.js";
import { conversations, here, nameOf } from "./chosen.js";
import { byId } from "./element.js";
import { entriesIn, missingIn, showErrors } from "./fields.js";
import { post, say } from "./post.js";

const views = new Map(); // id → the view as it stands; those that are open
const typed = new Map(); // id → what was in its fields when it was last seen
let shown = null;
let closing = null; // id of the view that is being closed

/** Let the modal be used. */
export function begin() {
  byId("modal-form").addEventListener("submit", submit);
  byId("modal-close").addEventListener("click", () => close(false));
  byId("modal-cross").addEventListener("click", () => close(true));
  byId("modal").addEventListener("cancel", (event) => {
    event.preventDefault(); // Slack answers first
    close(false);
  });
  byId("modal").addEventListener("close", () => close(true)); // a browser may insist
}

/** Forget everything: the past is told anew. */
export function reset() {
  views.clear();
  typed.clear();
}

/** Keep a version of a view. */
export function take(view) {
  if (view.closed) {
    views.delete(view.id);
    typed.delete(view.id);
  } else {
    views.set(view.id, view);
  }
}

/** Show what the chosen person sees now. */
export function refresh() {
  const own = [...views.values()].filter((view) => view.user === here.user);
  const covered = new Set(own.map((view) => view.previous));
  const top = own.find((view) => !covered.has(view.id));
  const before = shown;
  if (before && views.has(before.id)) typed.set(before.id, entriesIn(byId("modal-body")));
  shown = top ?? null;
  if (!top) {
    byId("modal").close();
  } else if (before?.id !== top.id || before.revision !== top.revision) {
    draw(top);
  }
}

function draw(view) {
  const body = byId("modal-body");
  const focused = body.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  say("");
  byId("modal-title").textContent = view.title;
  byId("modal-close").textContent = view.close ?? "Close";
  byId("modal-submit").textContent = view.submit ?? "";
  byId("modal-submit").hidden = !view.submit;
  body.replaceChildren(...blocks(view.blocks, aroundOf(view)));
  keep(typed.get(view.id) ?? {}, body);
  showErrors(body, view.errors);
  if (!byId("modal").open) byId("modal").showModal();
  focusIn(body, focused);
  if (!body.contains(document.activeElement)) body.scrollTop = 0;
}

function aroundOf(view) {
  return {
    names: nameOf,
    conversations,
    values: view.values,
    act: (action) => post("use", { ...action, view: view.id, user: here.user }),
  };
}

// Slack keeps what is in a field whose block and action stay the same.
function keep(entries, body) {
  for (const node of body.querySelectorAll("[data-block]")) {
    const value = entries[node.dataset.block]?.[node.dataset.action];
    if (value) node.value = value;
  }
}

// What is to be typed comes first; an answer is read from its beginning.
function focusIn(body, action) {
  const again = action && body.querySelector(`[data-action="${CSS.escape(action)}"]`);
  const first = body.querySelector("[autofocus]") ?? body.querySelector("input, textarea");
  (again || first || byId("modal-title")).focus();
}

async function submit(event) {
  event.preventDefault();
  const body = byId("modal-body");
  const missing = missingIn(body);
  showErrors(body, missing);
  if (Object.keys(missing).length || !shown?.submit) return;
  const button = byId("modal-submit");
  button.setAttribute("aria-busy", "true");
  const { id } = shown;
  const { errors } = await post("submit", { view: id, user: here.user, values: entriesIn(body) });
  button.removeAttribute("aria-busy");
  if (shown?.id === id) showErrors(body, errors);
}

async function close(isWhole) {
  const id = shown?.id;
  if (!id || closing === id) return;
  closing = id;
  const { isTaken } = await post("close", { view: id, whole: isWhole ? "yes" : "no" });
  closing = null;
  if (!isTaken) {
    views.delete(id); // it was closed already, or the demo has ended
    refresh();
  }
}
