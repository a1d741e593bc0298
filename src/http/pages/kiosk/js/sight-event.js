// Reads the events of seeing and showing (docs/realtime.md): what the camera read, pictures and clips of an answer, the code
// for the phone. What arrives is checked for shape; its texts stay texts.

import { count, list, ownAddress, text } from "./fields.js";

const MEDIA = ["card", "steps", "fees", "flight", "bag", "text", "map", "clip"];
const SEEN = ["boarding_pass", "baggage_tag", "travel_document", "queue_ticket", "link", "text"];
const PRESENCE = ["nobody", "somebody", "several"];
const MEDIA_MAX = 8; // of one answer
const LINES_MAX = 24;
const QR_CHARS_MAX = 200_000; // a square code drawn as SVG
const PHONE_SECONDS = 600;

/** `media` of an answer, or of `usher.media`: what has no address here is left out. */
export function readMedia(media) {
  return list(media).filter((item) => MEDIA.includes(item?.kind)).map(readItem).filter(({ url }) => url !== null).slice(0, MEDIA_MAX);
}

/** What an answer shows when more of it arrives: the new ones after the old, each address once. */
export function joinMedia(shown, more) {
  const known = shown.map(({ url }) => url);
  return [...shown, ...more.filter(({ url }) => !known.includes(url))].slice(0, MEDIA_MAX);
}

/** `{url, message}` of a picture or clip that will not come. */
export function readMediaFailed(event) {
  return { url: ownAddress(event.url), message: text(event.message) };
}

/** What was read from a picture. */
export function readSeen(event) {
  return Object.freeze({
    kind: SEEN.includes(event.kind) ? event.kind : "text",
    title: text(event.title),
    lines: list(event.lines).slice(0, LINES_MAX).map((line) => text(line)).filter(Boolean),
    note: text(event.note),
  });
}

/** `nobody`, `somebody` or `several`; null for anything else. */
export function readPresence({ state }) {
  return PRESENCE.includes(state) ? state : null;
}

/** The square code that takes the answer along. */
export function readPhone(event) {
  return {
    qr: text(event.qr, QR_CHARS_MAX),
    url: text(event.url),
    kind: event.kind === "file" ? "file" : "page",
    seconds: count(event.expires_s) ?? PHONE_SECONDS,
    message: text(event.message),
  };
}

function readItem(item) {
  return Object.freeze({
    kind: item.kind, title: text(item.title), url: ownAddress(item.url), alt: text(item.alt), text: text(item.text),
    label: text(item.label), poster: ownAddress(item.poster), auto: item.auto === true, failure: null,
  });
}
