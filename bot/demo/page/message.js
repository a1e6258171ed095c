// One line of the conversation as a list item: a question that was typed, or a message of the app.

import { blocks } from "./blocks.js";
import { stamp } from "./dates.js";
import { element } from "./element.js";
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

/** A version of a message. `around.inspect()` shows more of it; see `blocks` for the rest. */
export function messageItem(posted, around) {
  const body = posted.blocks.length
    ? blocks(posted.blocks, around)
    : [element("div", { class: "text" }, mrkdwn(posted.text, around.names))];
  return element(
    "li",
    { class: "message answer" },
    element("img", { class: "avatar", src: "icon.svg", alt: "", width: 36, height: 36 }),
    element("article", {}, ...privacy(posted), head(posted, around), ...body),
  );
}

function head(posted, around) {
  const inspect = element("button", { type: "button", class: "quiet inspect" }, "Inspect");
  inspect.addEventListener("click", around.inspect);
  return element(
    "header",
    {},
    element("strong", {}, "mongolog"),
    element("span", { class: "badge" }, "App"),
    stamp(posted.ts),
    ...(posted.revision ? [element("span", { class: "remark" }, "edited")] : []),
    inspect,
  );
}

// What Slack says above a message.
function privacy(posted) {
  const remarks = [
    ...(posted.ephemeral_to ? ["Only visible to you"] : []),
    ...(posted.thread_ts ? ["Replied in a thread"] : []),
  ];
  return remarks.map((remark) => element("p", { class: "remark" }, remark));
}

function avatar(name) {
  return element("span", { class: "avatar initial", "aria-hidden": "true" }, name.slice(0, 1));
}
