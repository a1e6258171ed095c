// Block Kit as DOM nodes, as Slack shows it.
// docs.slack.dev/reference/block-kit

import { CONTROLS, label } from "./controls.js";
import { element } from "./element.js";
import { field } from "./fields.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

const BLOCKS = {
  section,
  header: (block) => element("h3", { class: "headline" }, words(block.text)),
  context: (block, around) => element("div", { class: "context" }, ...elements(block, around)),
  actions: (block, around) => element("div", { class: "actions" }, ...elements(block, around)),
  divider: () => element("hr"),
  image: (block) => picture(block),
  rich_text: (block, around) => richText(block, around.names),
  input: field,
};

const ELEMENTS = {
  mrkdwn: (text, around) => element("span", {}, words(text, around)),
  plain_text: (text, around) => element("span", {}, words(text, around)),
  ...CONTROLS,
  image: (image) => picture(image),
};

/**
 * The blocks of one message or view.
 *
 * `around.names` tells the name behind an id, `around.conversations(filter)` what a menu of
 * conversations offers, `around.values` what fields hold; `around.act({action_id, value})` does what
 * a click asks for and resolves when it has been passed on.
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
  return label(text);
}

// The page loads nothing from elsewhere, so a picture shows as its words.
function picture(image) {
  return element("span", { class: "picture" }, image.alt_text);
}

function unknown(piece) {
  return element("p", { class: "context" }, `(${piece.type}: not shown here)`);
}
