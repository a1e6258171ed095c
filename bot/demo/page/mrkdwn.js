// Slack's markup as DOM nodes.
// docs.slack.dev/messaging/formatting-message-text
//
//   text → fenced code | lines → quotes | inline → code, tokens, bold, italic, strike, emoji, text

import { date } from "./dates.js";
import { anchor, element } from "./element.js";

/** The emoji that the app sends; others stay as they are written. */
const EMOJI = {
  arrows_counterclockwise: "🔄",
  book: "📖",
  clock3: "🕒",
  grey_question: "❔",
  hourglass_flowing_sand: "⏳",
  bell: "🔔",
  lock: "🔒",
  mag: "🔍",
  warning: "⚠️",
  wave: "👋",
  white_check_mark: "✅",
  wrench: "🔧",
  x: "❌",
};

const FENCE = /\n?```\n?([\s\S]+?)\n?```\n?/;
const QUOTE = /^(?:>|&gt;) ?/;
// A mark works only at the edge of a word, with no space inside it.
const INLINE = new RegExp(
  [
    /`(?<code>[^`\n]+)`/,
    /<(?<token>[^<>\n]+)>/,
    /(?<![\p{L}\p{N}*])\*(?!\s)(?<bold>[^*\n]*[^*\s])\*(?![\p{L}\p{N}*])/,
    /(?<![\p{L}\p{N}_])_(?!\s)(?<italic>[^_\n]*[^_\s])_(?![\p{L}\p{N}_])/,
    /(?<![\p{L}\p{N}~])~(?!\s)(?<strike>[^~\n]*[^~\s])~(?![\p{L}\p{N}~])/,
    /:(?<emoji>[a-z0-9_+'-]+):/,
  ].map((mark) => mark.source).join("|"),
  "gu",
);

/** A whole mrkdwn text. `names` tells the name behind a user's or channel's id. */
export function mrkdwn(text, names) {
  const fragment = document.createDocumentFragment();
  text.split(FENCE).forEach((part, index) => {
    const isFenced = index % 2 === 1;
    fragment.append(...(isFenced ? [element("pre", {}, plain(part))] : paragraphs(part, names)));
  });
  return fragment;
}

/** Text in which only emoji work. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (written, name) => emoji(name) ?? written);
}

/** The character of an emoji's name; undefined when the app sends no such emoji. */
export function emoji(name) {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
}

/** Text without Slack's three entities. */
export function plain(text) {
  const characters = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => characters[entity]);
}

function paragraphs(text, names) {
  const nodes = [];
  for (const lines of grouped(text.split("\n"))) {
    const isQuote = QUOTE.test(lines[0]);
    const shown = lines.flatMap((line, index) => [
      ...(index ? [element("br")] : []),
      ...inline(line.replace(QUOTE, ""), names),
    ]);
    nodes.push(isQuote ? element("blockquote", {}, ...shown) : element("span", {}, ...shown));
  }
  return nodes;
}

// Neighbouring lines that are all quoted, or all not.
function grouped(lines) {
  const groups = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && QUOTE.test(last[0]) === QUOTE.test(line)) {
      last.push(line);
    } else {
      groups.push([line]);
    }
  }
  return groups;
}

function inline(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(plain(text.slice(end, match.index)), marked(match, names));
    end = match.index + match[0].length;
  }
  return [...nodes, plain(text.slice(end))];
}

function marked(match, names) {
  const { code, token, bold, italic, strike, emoji: name } = match.groups;
  if (code !== undefined) return element("code", {}, plain(code));
  if (token !== undefined) return tokenNode(token, names);
  if (bold !== undefined) return element("strong", {}, ...inline(bold, names));
  if (italic !== undefined) return element("em", {}, ...inline(italic, names));
  if (strike !== undefined) return element("s", {}, ...inline(strike, names));
  return emoji(name) ?? match[0];
}

function tokenNode(token, names) {
  const [, target, label = ""] = /^([^|]*)\|?(.*)$/.exec(token);
  const moment = /^!date\^(-?\d+)\^([^^]*)(?:\^(.*))?$/.exec(target);
  if (moment) return date(moment[1], plain(moment[2]), plain(moment[3] ?? ""), plain(label));
  const id = target.slice(1);
  if (/^[@#]/.test(target)) return mention(target[0] + (names(id) ?? plain(label || id)));
  if (target.startsWith("!")) return mention(plain(label) || `@${plain(id)}`);
  return anchor(plain(target), {}, plain(label || target));
}

/** A name that Slack shows as a mention. */
export function mention(name) {
  return element("span", { class: "mention" }, name);
}
