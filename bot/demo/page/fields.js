// The fields of a modal: a label, something to fill in, a hint, and what is wrong with it.
// docs.slack.dev/reference/block-kit/blocks/input-block

import { label, optionsOf } from "./controls.js";
import { element } from "./element.js";

const EMPTY = "Please complete this required field.";

const FIELDS = {
  plain_text_input: (spec, attributes, held) =>
    spec.multiline
      ? element("textarea", { ...attributes, ...limits(spec), rows: 4 }, held)
      : element("input", { ...attributes, ...limits(spec), type: "text", value: held }),
  static_select: (spec, attributes, held, block) => {
    const options = optionsOf(spec).map(({ value, text }) => ({ value, words: label(text) }));
    return select(spec, attributes, options, held, block);
  },
  conversations_select: (spec, attributes, held, block, around) =>
    select(spec, attributes, around.conversations(spec.filter), held, block),
};

/** An input block; `around.values` is what Slack holds, by block and action. */
export function field(block, around) {
  const { element: spec, block_id: id } = block;
  const attributes = {
    id: `field-${id}`,
    "data-block": id,
    "data-action": spec.action_id,
    "aria-describedby": `hint-${id} error-${id}`,
    "aria-required": block.optional ? null : "true",
    autofocus: spec.focus_on_load,
  };
  const held = heldIn(around.values?.[id]?.[spec.action_id]);
  const node = FIELDS[spec.type](spec, attributes, held, block, around);
  const isOptional = element("span", { class: "remark" }, block.optional ? " (optional)" : "");
  return element(
    "div",
    { class: "field" },
    element("label", { for: `field-${id}` }, label(block.label), isOptional),
    node,
    element("p", { class: "remark", id: `hint-${id}` }, block.hint ? label(block.hint) : ""),
    element("p", { class: "failed", id: `error-${id}` }),
  );
}

/** What the fields in `root` hold, by block and action; null where one is empty. */
export function entriesIn(root) {
  return Object.fromEntries(
    fieldsIn(root).map((node) => [
      node.dataset.block,
      { [node.dataset.action]: node.value === "" ? null : node.value },
    ]),
  );
}

/** What must be filled in and is not, as sentences by block. */
export function missingIn(root) {
  const missing = fieldsIn(root).filter((node) => node.ariaRequired === "true" && !node.value.trim());
  return Object.fromEntries(missing.map((node) => [node.dataset.block, EMPTY]));
}

/** Put sentences, by block, below the fields, and go to the first that has one. */
export function showErrors(root, errors) {
  const faulty = fieldsIn(root).filter((node) => {
    const sentence = errors[node.dataset.block] ?? "";
    root.querySelector(`#error-${CSS.escape(node.dataset.block)}`).textContent = sentence;
    node.setAttribute("aria-invalid", String(sentence !== ""));
    return sentence !== "";
  });
  faulty[0]?.focus();
}

function fieldsIn(root) {
  return [...root.querySelectorAll("[data-block]")];
}

function heldIn(entry) {
  return entry?.value ?? entry?.selected_option?.value ?? entry?.selected_conversation ?? "";
}

function limits(spec) {
  return {
    placeholder: spec.placeholder?.text,
    maxlength: spec.max_length,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
  };
}

function select(spec, attributes, options, held, block) {
  const isOpen = block.optional || !held;
  const nothing = element("option", { value: "" }, spec.placeholder?.text ?? "Choose");
  const node = element(
    "select",
    attributes,
    ...(isOpen ? [nothing] : []),
    ...options.map(({ value, words }) => element("option", { value }, words)),
  );
  node.value = held;
  return node;
}
