// A button that opens a list of choices: by mouse, by touch and by keyboard.
// www.w3.org/WAI/ARIA/apg/patterns/menu-button

import { anchor, element } from "./element.js";

const EDGE_PX = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * The button and its list.
 *
 * `attributes` are the button's, `words` stand on it. Each choice is {words, detail, url, isChosen,
 * choose}; `isChosen` is undefined where the choices are no alternatives. `choose()` is called with
 * the list closed; `url` opens elsewhere as well.
 */
export function menu(attributes, words, choices) {
  const list = element("div", { class: "menu", role: "menu", popover: "auto" });
  const opener = element(
    "button",
    { ...attributes, type: "button", "aria-haspopup": "menu", "aria-expanded": "false" },
    ...words,
  );
  list.append(...choices.map((choice) => item(choice, list, opener)));
  opener.addEventListener("click", () => list.togglePopover());
  opener.addEventListener("keydown", (event) => openByKey(event, list));
  list.addEventListener("keydown", (event) => move(event, list));
  list.addEventListener("toggle", (event) => toggled(event.newState === "open", list, opener));
  return element("span", { class: "menu-place" }, opener, list);
}

function item(choice, list, opener) {
  const isAlternative = choice.isChosen !== undefined;
  const attributes = {
    class: "menu-item",
    role: isAlternative ? "menuitemradio" : "menuitem",
    "aria-checked": isAlternative ? String(choice.isChosen) : null,
    tabindex: "-1",
  };
  const words = [element("span", {}, choice.words)];
  if (choice.detail) words.push(element("span", { class: "remark" }, choice.detail));
  const node = choice.url
    ? anchor(choice.url, attributes, ...words)
    : element("button", { ...attributes, type: "button" }, ...words);
  node.addEventListener("click", () => {
    list.hidePopover();
    opener.focus();
    choice.choose();
  });
  return node;
}

function toggled(isOpen, list, opener) {
  opener.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) return;
  put(list, opener);
  const first = list.querySelector('[aria-checked="true"]') ?? list.firstElementChild;
  first?.focus({ preventScroll: true });
  window.addEventListener("scroll", (event) => event.target !== list && close(list), {
    capture: true,
    once: true,
  });
}

function close(list) {
  if (list.isConnected && list.matches(":popover-open")) list.hidePopover();
}

// Below the button, or above it where there is more room; always within the window.
function put(list, opener) {
  const around = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const fitsBelow = around.bottom + height + EDGE_PX < window.innerHeight;
  const top = fitsBelow ? around.bottom + 2 : Math.max(around.top - height - 2, EDGE_PX);
  const most = document.documentElement.clientWidth - width - EDGE_PX;
  list.style.top = `${top}px`;
  list.style.left = `${Math.max(Math.min(around.left, most), EDGE_PX)}px`;
}

function openByKey(event, list) {
  if (!STEPS[event.key]) return;
  event.preventDefault();
  list.showPopover();
}

function move(event, list) {
  const items = [...list.children];
  const at = items.indexOf(document.activeElement);
  const ends = { Home: 0, End: items.length - 1 };
  const to = STEPS[event.key] ? (at + STEPS[event.key] + items.length) % items.length : ends[event.key];
  if (event.key === "Tab") list.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  items[to].focus();
}
