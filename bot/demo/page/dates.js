// Slack's date tokens in the reader's own zone.
// docs.slack.dev/messaging/formatting-message-text#date-formatting

import { anchor, element } from "./element.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const HALF_YEAR_MS = 183 * DAY_MS;
const hourCycle = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle;

/** A moment as its `format` says; `fallback` when this browser can't say it. */
export function date(timestamp, format, url, fallback) {
  const at = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(at.getTime())) {
    return document.createTextNode(fallback);
  }
  const words = format.replace(/\{(\w+)\}/g, (token, name) => FORMS[name]?.(at) ?? token);
  const whole = `${spell(at, { dateStyle: "full" })}, ${clock(at, { timeZoneName: "short" })}`;
  const shown = element("time", { datetime: at.toISOString(), title: whole }, words);
  return url ? anchor(url, {}, shown) : shown;
}

/** The clock time of a message, given Slack's `ts`. */
export function stamp(ts) {
  return date(ts, "{time}", "", "");
}

const FORMS = {
  date_num: (at) => spell(at, { year: "numeric", month: "2-digit", day: "2-digit" }, "sv"),
  date: (at) => calendar(at, { month: "long" }),
  date_short: (at) => calendar(at, { month: "short" }),
  date_long: (at) => calendar(at, { weekday: "long", month: "long" }),
  date_pretty: (at) => nearby(at) ?? FORMS.date(at),
  date_short_pretty: (at) => nearby(at) ?? FORMS.date_short(at),
  date_long_pretty: (at) => nearby(at) ?? FORMS.date_long(at),
  time: (at) => clock(at),
  time_secs: (at) => clock(at, { second: "2-digit" }),
  ago: (at) => distance(at),
};

function spell(at, options, locale = "en-US") {
  return new Intl.DateTimeFormat(locale, options).format(at);
}

function clock(at, more = {}) {
  return spell(at, { hour: "numeric", minute: "2-digit", hourCycle, ...more });
}

// Slack leaves the year out within half a year.
function calendar(at, options) {
  const isNear = Math.abs(at - Date.now()) < HALF_YEAR_MS;
  return spell(at, { day: "numeric", ...(isNear ? {} : { year: "numeric" }), ...options });
}

function nearby(at) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[startOfDay(at) - startOfDay(new Date())];
}

function startOfDay(at) {
  return Math.round(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY_MS);
}

function distance(at) {
  const seconds = (at - Date.now()) / 1000;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en").format(Math.round(seconds / length), unit);
}
