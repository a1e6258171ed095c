// Slack's rich text as DOM nodes: text whose looks are said beside it.
// docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { date } from "./dates.js";
import { anchor, element } from "./element.js";
import { emoji, mention } from "./mrkdwn.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code" };

const PARTS = {
  rich_text_section: (part, names) => element("div", {}, ...inline(part, names)),
  rich_text_quote: (part, names) => element("blockquote", {}, ...inline(part, names)),
  rich_text_preformatted: (part, names) => element("pre", {}, ...inline(part, names)),
  rich_text_list: (part, names) =>
    element(
      part.style === "ordered" ? "ol" : "ul",
      { class: `indent-${part.indent ?? 0}`, start: part.offset ? part.offset + 1 : null },
      ...part.elements.map((item) => element("li", {}, ...inline(item, names))),
    ),
};

const INLINE = {
  text: (piece) => piece.text,
  link: (piece) => anchor(piece.url, {}, piece.text ?? piece.url),
  emoji: (piece) => emoji(piece.name) ?? `:${piece.name}:`,
  user: (piece, names) => mention(`@${names(piece.user_id) ?? piece.user_id}`),
  date: (piece) => date(piece.timestamp, piece.format, piece.url, piece.fallback ?? ""),
};

/** The content of a rich_text block. `names` tells the name behind a user's id. */
export function richText(block, names) {
  const parts = block.elements.map((part) => PARTS[part.type]?.(part, names) ?? "");
  return element("div", { class: "rich-text" }, ...parts);
}

function inline(part, names) {
  return part.elements.map((piece) => {
    const node = INLINE[piece.type]?.(piece, names) ?? "";
    const worn = Object.keys(STYLES).filter((style) => piece.style?.[style]);
    return worn.reduce((inner, style) => element(STYLES[style], {}, inner), node);
  });
}
