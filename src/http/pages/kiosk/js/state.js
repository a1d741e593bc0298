// What the page knows of the visit, in memory and nowhere else. Knows neither the socket nor the screen.

export { State, differs } from "/shared/state.js";

/** How a visit starts, and what a wipe goes back to. The site, the link and the models outlive a visit; they are not here. */
export const FRESH = Object.freeze({
  view: "greeting", // greeting | topic | turn
  topic: null,
  turn: null, // {question, way, item, labels, language, route, answer, sources, choices, handoff, final, failure}
  listening: null, // null | opening | hold | latched | hands-free
  handsFree: false,
  thinking: false,
  speaking: false,
  captions: [],
  larger: false,
  contrast: matchMedia("(prefers-contrast: more)").matches,
  volume: 80, // per cent
  contactOpen: false,
  personAsked: false, // the server was asked for its card
  card: null, // the contact card as the server last sent it
  draft: "", // what stands in the ask field
  problem: null, // {key} of a string, or {text} from the server
  keyboard: false,
  idleSeconds: null, // seconds until the wipe while the warning stands
});

/** What the page is doing, in one word: `data-state` of the document. */
export function phase(now) {
  if (now.idleSeconds !== null) return "idle-warning";
  if (now.listening) return "listening";
  if (now.thinking) return "thinking";
  if (now.speaking) return "speaking";
  return now.view === "turn" ? "answering" : now.view;
}

/** Whether anything would be lost or undone by a wipe. */
export function isTouched(now) {
  const settings = ["view", "larger", "contrast", "volume", "contactOpen", "handsFree", "draft"];
  return settings.some((key) => now[key] !== FRESH[key]) || now.language !== now.site.languages[0];
}
