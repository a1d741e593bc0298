// What the page knows of the visit, in memory and nowhere else. Knows neither the socket nor the screen.

export { State, differs } from "/shared/state.js";

/** The human part of a visit: nothing of it. Back to this when the person is gone. */
export const NO_HANDOFF = Object.freeze({
  handoff: null, // as the server last told it (handoff-event.js)
  handoffPage: null, // what of it the visitor opened over the stage: review | callback | ways
  releaseAt: null, // when what is sent goes out by itself, on the clock of performance.now()
  struck: Object.freeze([]), // ids of the lines that do not go out
  lines: Object.freeze([]), // what visitor and person wrote: {id, from, text}
  line: "", // what the visitor is writing to the person
  theirLine: "", // what the person is writing
  shown: null, // what the person put on the screen: {kind, title, text, url, alt}
  pointer: null, // where the person points: {x, y} as shares of the page
  allowed: "text", // what the visitor allows: text | voice | video
  call: null, // null | connecting | connected | interrupted
  devices: null, // what of the visitor's is open: null | voice | video
  picture: false, // whether the person can be seen
  booking: Object.freeze({ name: "", phone: "" }),
  stars: 0,
});

/** Nothing over the page and no camera at work: a question, a person, anything new goes before them. */
export const UNCOVERED = Object.freeze({ reading: null, enlarged: null, phone: null, veiled: false });

/** How a visit starts, and what a wipe goes back to. The site, the link and the models outlive a visit; they are not here. */
export const FRESH = Object.freeze({
  ...NO_HANDOFF,
  view: "greeting", // greeting | topic | turn
  topic: null,
  turn: null, // {question, way, item, labels, seen, language, route, answer, sources, choices, handoff, media, final, failure}
  listening: null, // null | opening | hold | latched | hands-free
  handsFree: false,
  thinking: false,
  speaking: false,
  captions: [],
  larger: false,
  contrast: matchMedia("(prefers-contrast: more)").matches,
  volume: 80, // per cent
  contactOpen: false,
  personAsked: false, // the server was asked for a person and has not answered
  card: null, // the contact card as the server last sent it
  draft: "", // what stands in the ask field
  problem: null, // {key} of a string, or {text} from the server
  keyboard: null, // the name of the field that the on-screen keyboard types into
  reading: null, // the camera's panel: null | opening | on | refused | absent | busy | lost
  readingNote: null, // what to know about the picture: dark | undecodable | tooLarge | notSent
  enlarged: null, // the picture of the answer that is looked at large
  phone: null, // the code for the telephone: {step: asked | shown | failed, qr, url, kind, message, expiresAt}
  veiled: false, // the answer is hidden from those who stand by
  idleSeconds: null, // seconds until the wipe while the warning stands
});

/** What the page is doing, in one word: `data-state` of the document. */
export function phase(now) {
  if (now.idleSeconds !== null) return "idle-warning";
  if (now.listening) return "listening";
  if (now.thinking) return "thinking";
  if (now.speaking) return "speaking";
  const shown = stage(now);
  return shown === "turn" ? "answering" : shown;
}

/** What fills the screen: the view of the visit, the camera's panel, or the hand-over. */
export function stage(now) {
  if (handoffPanel(now) !== null) return "handoff";
  return now.reading === null ? now.view : "reading";
}

const PANELS = { briefing: "note", lost_link: "note", live: "live", wrap_up: "end", unavailable: "ways", callback_booked: "ways" };

/** Which part of the hand-over fills the screen: `note`, `live`, `end`, `ways`, `review`, `callback`, or null while it only stands in the dock. */
export function handoffPanel(now) {
  if (!now.handoff) return null;
  return now.handoffPage ?? PANELS[now.handoff.state] ?? null;
}

/** Whether usher speaks, listens and answers; not while a person does. */
export function isBotOn(now) {
  return now.handoff?.bot !== false;
}

const HELD = ["briefing", "live", "lost_link"];

/** Whether a person has the visit. */
export function isHeld(now) {
  return HELD.includes(now.handoff?.state);
}

/** Whether anything would be lost or undone by a wipe. */
export function isTouched(now) {
  const settings = ["view", "larger", "contrast", "volume", "contactOpen", "handsFree", "draft", "handoff", "reading"];
  return settings.some((key) => now[key] !== FRESH[key]) || now.language !== now.site.languages[0];
}
