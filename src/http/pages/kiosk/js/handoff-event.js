// Reads the events of the hand-over (docs/handoff.md). What arrives is checked for shape; its texts stay texts.

import { count, list, ownAddress, text } from "./fields.js";

const ACTIONS = ["accept", "decline", "review", "cancel", "hang_up", "callback", "ticket", "rate", "done", "voice", "video", "text"];
const MODES = ["text", "voice", "video"];
const SHOWN = ["source", "card", "map", "clip"];
const LINES_MAX = 64;
const QR_CHARS_MAX = 200_000; // a square code drawn as SVG

/** `usher.handoff` with every field of the expected kind. */
export function readHandoff(event) {
  return Object.freeze({
    case: text(event.case),
    token: text(event.token),
    code: text(event.code),
    state: text(event.state),
    message: text(event.message),
    position: count(event.position),
    etaSeconds: count(event.eta_seconds),
    agent: text(event.agent?.name),
    mode: MODES.includes(event.mode) ? event.mode : "text",
    offered: MODES.includes(event.offered) ? event.offered : "text",
    bot: event.bot !== false,
    actions: list(event.actions).filter((action) => ACTIONS.includes(action)),
    sent: event.sent ? readSent(event.sent) : null,
    alternatives: event.alternatives ? readAlternatives(event.alternatives) : null,
    promises: list(event.promises).map((promise) => text(promise)).filter(Boolean),
  });
}

/** A line that one of the two wrote. */
export function readMessage(event) {
  return { id: text(event.id), from: event.from === "visitor" ? "visitor" : "agent", text: text(event.text) };
}

/** The line that the other is still writing. */
export function readTyping(event) {
  return text(event.text);
}

/** What the person shows. An address counts only when it is this appliance's own. */
export function readShown(event) {
  if (!SHOWN.includes(event.kind)) return null;
  return { kind: event.kind, title: text(event.title), text: text(event.text), url: ownAddress(event.url), alt: text(event.alt) };
}

/** `{x, y}` as shares of the page, or null. */
export function readPointer({ x, y }) {
  const isShare = (share) => typeof share === "number" && share >= 0 && share <= 1;
  return isShare(x) && isShare(y) ? { x, y } : null;
}

/** Messages name no language: their writing tells it, so that they are pronounced and drawn right. */
export function languageOf(words) {
  return /\p{Script=Han}/u.test(words) ? "zh" : "en";
}

function readSent(sent) {
  return {
    sentence: text(sent.sentence),
    lines: list(sent.lines).slice(0, LINES_MAX).map((line) => ({ id: text(line?.id), kind: text(line?.kind), text: text(line?.text) })),
    releaseInMs: count(sent.release_in_ms),
    released: sent.released === true,
    withheld: list(sent.withheld).slice(0, LINES_MAX).map((line) => text(line?.what ?? line)).filter(Boolean),
  };
}

function readAlternatives({ counter, callback, ticket }) {
  const code = text(ticket?.code);
  return { counter: counter ?? null, callback: callback === true, ticket: code ? { code, qr: text(ticket.qr, QR_CHARS_MAX) } : null };
}
