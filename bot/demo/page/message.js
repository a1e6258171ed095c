// One line of the conversation as a list item: a question that was typed, a message of the app, or
// one of somebody else.

import { blocks } from "./blocks.js";
import { stamp } from "./dates.js";
import { anchor, element } from "./element.js";
import { menu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";

/** A question, seen by who typed it alone. */
export function questionItem(asked, around) {
  const name = around.names(asked.user) ?? asked.user;
  const refused = `/mongolog failed with the error “${asked.outcome}”`;
  return element(
    "li",
    { class: "message question" },
    avatar(name),
    element(
      "article",
      {},
      element("header", {}, element("strong", {}, name), " ", stamp(asked.ts)),
      element("p", {}, element("code", {}, `/mongolog ${asked.text}`.trim())),
      ...(asked.outcome === "ok" ? [] : [element("p", { class: "failed" }, refused)]),
    ),
  );
}

/**
 * A version of a message of the app; see `blocks` for more of `around`.
 *
 * `around.actions` are the choices behind its three dots, as of `menu`; `around.thread` is how the
 * message begins that it replies to.
 */
export function messageItem(posted, around) {
  const body = posted.blocks.length
    ? blocks(posted.blocks, around)
    : [element("div", { class: "text" }, mrkdwn(posted.text, around.names))];
  const remarks = [
    ...(posted.ephemeral_to ? ["Only visible to you"] : []),
    ...thread(posted, around),
  ];
  return element(
    "li",
    { class: "message answer" },
    element("img", { class: "avatar", src: "icon.svg", alt: "", width: 36, height: 36 }),
    element("article", {}, ...remarked(remarks), head("mongolog", true, posted, around), ...body),
  );
}

/** A message of a person or of another app. */
export function saidItem(said, around) {
  const name = said.bot_id ? said.username : (around.names(said.user) ?? said.user);
  const body = said.blocks.length
    ? blocks(said.blocks, around)
    : [element("div", { class: "text" }, mrkdwn(said.text, around.names))];
  return element(
    "li",
    { class: "message" },
    avatar(name),
    element(
      "article",
      {},
      ...remarked(thread(said, around)),
      head(name, said.bot_id !== null, said, around),
      ...body,
      ...said.attachments.map((attachment) => attached(attachment, around)),
    ),
  );
}

function head(name, isApp, message, around) {
  const more = { class: "quiet more", "aria-label": "More actions", title: "More actions", "data-action": "more" };
  return element(
    "header",
    {},
    element("strong", {}, name),
    ...(isApp ? [element("span", { class: "badge" }, "App")] : []),
    stamp(message.ts),
    ...(message.revision ? [element("span", { class: "remark" }, "edited")] : []),
    ...(around.actions.length ? [menu(more, ["⋯"], around.actions)] : []),
  );
}

// docs.slack.dev/reference/messaging/attachments
function attached(attachment, around) {
  const title = attachment.title ? [element("strong", {}, linked(attachment))] : [];
  const text = attachment.text
    ? [element("div", { class: "text" }, mrkdwn(attachment.text, around.names))]
    : [];
  const fields = (attachment.fields ?? []).map(({ title: name, value }) =>
    element("div", {}, element("strong", {}, name), "\n", mrkdwn(value, around.names)),
  );
  return element(
    "div",
    { class: "attachment" },
    ...title,
    ...text,
    ...(fields.length ? [element("div", { class: "fields" }, ...fields)] : []),
    ...blocks(attachment.blocks ?? [], around),
    ...(attachment.footer ? [element("p", { class: "remark" }, attachment.footer)] : []),
  );
}

function linked({ title, title_link: link }) {
  return link ? anchor(link, {}, title) : title;
}

// What Slack says above a message.
function thread(message, around) {
  return message.thread_ts ? [`Replied in the thread of “${around.thread}”`] : [];
}

function remarked(remarks) {
  return remarks.map((remark) => element("p", { class: "remark" }, remark));
}

function avatar(name) {
  return element("span", { class: "avatar initial", "aria-hidden": "true" }, name.slice(0, 1));
}
