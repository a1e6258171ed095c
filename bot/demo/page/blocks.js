// Block Kit as DOM nodes, as Slack shows it.
// docs.slack.dev/reference/block-kit

import { anchor, element } from "./element.js";
import { mrkdwn, withEmoji } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

const BLOCKS = {
  section,
  header: (block) => element("h3", { class: "headline" }, words(block.text)),
  context: (block, around) => element("div", { class: "context" }, ...elements(block, around)),
  actions: (block, around) => element("div", { class: "actions" }, ...elements(block, around)),
  divider: () => element("hr"),
  image: (block) => picture(block),
  rich_text: (block, around) => richText(block, around.names),
};

const ELEMENTS = {
  mrkdwn: (text, around) => element("span", {}, words(text, around)),
  plain_text: (text, around) => element("span", {}, words(text, around)),
  button,
  overflow: (menu, around) => select(menu, "More", around),
  static_select: (menu, around) => select(menu, menu.placeholder?.text ?? "Choose", around),
  image: (image) => picture(image),
};

/**
 * The blocks of one message.
 *
 * `around.names` tells the name behind an id; `around.act({action_id, value})` does what a click
 * asks for and resolves when it has been passed on.
 */
export function blocks(list, around) {
  return list.map((block) => BLOCKS[block.type]?.(block, around) ?? unknown(block));
}

function section(block, around) {
  const text = block.text ? [element("div", { class: "text" }, words(block.text, around))] : [];
  const fields = (block.fields ?? []).map((field) => element("div", {}, words(field, around)));
  const grid = fields.length ? [element("div", { class: "fields" }, ...fields)] : [];
  const accessory = block.accessory
    ? [element("div", { class: "accessory" }, one(block.accessory, around))]
    : [];
  return element("div", { class: "section" }, element("div", {}, ...text, ...grid), ...accessory);
}

function elements(block, around) {
  return block.elements.map((each) => one(each, around));
}

function one(piece, around) {
  return ELEMENTS[piece.type]?.(piece, around) ?? unknown(piece);
}

function words(text, around) {
  if (text.type === "mrkdwn") return mrkdwn(text.text, around.names);
  return text.emoji === false ? text.text : withEmoji(text.text);
}

function button(spec, around) {
  const attributes = {
    class: `button ${spec.style ?? ""}`,
    "aria-label": spec.accessibility_label,
    "data-action": spec.action_id,
  };
  const isLink = Boolean(spec.url);
  const node = isLink
    ? anchor(spec.url, attributes, words(spec.text))
    : element("button", { ...attributes, type: "button" }, words(spec.text));
  node.addEventListener("click", () => whileBusy(node, () => press(spec, spec.value, around)));
  return node;
}

function select(menu, title, around) {
  const options = menu.options ?? menu.option_groups.flatMap((group) => group.options);
  const node = element(
    "select",
    { class: "button", "aria-label": title, "data-action": menu.action_id },
    element("option", { value: "" }, title),
    ...options.map((option) => element("option", { value: option.value }, words(option.text))),
  );
  node.value = menu.initial_option?.value ?? "";
  node.addEventListener("change", () => whileBusy(node, () => press(menu, node.value, around)));
  return node;
}

async function press(spec, value, around) {
  const isMeant = !spec.confirm || window.confirm(`${spec.confirm.title.text}\n${spec.confirm.text.text}`);
  if (isMeant) {
    await around.act({ action_id: spec.action_id, value: value ?? null });
  }
}

async function whileBusy(node, work) {
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

// The page loads nothing from elsewhere, so a picture shows as its words.
function picture(image) {
  return element("span", { class: "picture" }, image.alt_text);
}

function unknown(piece) {
  return element("p", { class: "context" }, `(${piece.type}: not shown here)`);
}
