// What can be pressed and chosen in blocks: buttons and menus.
// docs.slack.dev/reference/block-kit/block-elements

import { anchor, element } from "./element.js";
import { menu } from "./menu.js";
import { withEmoji } from "./mrkdwn.js";

/** By type: makes the node of an element; `around` is that of `blocks`. */
export const CONTROLS = {
  button,
  overflow: (spec, around) => {
    const attributes = { class: "button dots", "aria-label": "More", "data-action": spec.action_id };
    return menu(attributes, ["⋯"], spec.options.map((option) => choiceOf(option, spec, around)));
  },
  static_select: (spec, around) => select(spec, optionsOf(spec), spec.initial_option, around),
  conversations_select: (spec, around) => {
    const offered = around.conversations(spec.filter);
    const options = offered.map(({ value, words }) => ({ value, text: { text: words, emoji: false } }));
    return select(spec, options, null, around);
  },
};

/** Every option of a static_select, grouped or not. */
export function optionsOf(spec) {
  return spec.options ?? spec.option_groups.flatMap((group) => group.options);
}

/** The words of a plain_text object. */
export function label(text) {
  return text.emoji === false ? text.text : withEmoji(text.text);
}

function button(spec, around) {
  const attributes = {
    class: `button ${spec.style ?? ""}`,
    "aria-label": spec.accessibility_label,
    "data-action": spec.action_id,
  };
  const node = spec.url
    ? anchor(spec.url, attributes, label(spec.text))
    : element("button", { ...attributes, type: "button" }, label(spec.text));
  node.addEventListener("click", () => press(node, spec, spec.value, around));
  return node;
}

function select(spec, options, chosen, around) {
  const title = spec.placeholder?.text ?? "Choose";
  const words = chosen ? label(chosen.text) : title;
  const attributes = {
    class: "button choices",
    "aria-label": chosen ? `${title}: ${words}` : title,
    "data-action": spec.action_id,
  };
  const choices = options.map((option) => ({
    ...choiceOf(option, spec, around),
    isChosen: option.value === chosen?.value,
  }));
  return menu(attributes, [words], choices);
}

function choiceOf(option, spec, around) {
  return {
    words: label(option.text),
    detail: option.description?.text,
    url: option.url,
    choose: () => press(openerOf(spec), spec, option.value, around),
  };
}

// The menu has given the focus back to its button.
function openerOf(spec) {
  const focused = document.activeElement;
  return focused?.dataset.action === spec.action_id ? focused : null;
}

async function press(node, spec, value, around) {
  const question = spec.confirm && `${spec.confirm.title.text}\n${spec.confirm.text.text}`;
  if (question && !window.confirm(question)) return;
  node?.setAttribute("aria-busy", "true");
  await around.act({ action_id: spec.action_id, value: value ?? null });
  node?.removeAttribute("aria-busy");
}
