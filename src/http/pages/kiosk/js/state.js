// What the page knows of the visit, in memory and nowhere else. Knows neither the socket nor the screen.

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

/** A state with watchers. `set` takes a patch; watchers run once per turn of the event loop with (now, before). */
export class State {
  #now;
  #told;
  #watchers = [];
  #pending = false;

  constructor(initial) {
    this.#now = Object.freeze({ ...initial });
    this.#told = this.#now;
  }

  get now() {
    return this.#now;
  }

  set(patch) {
    const changed = Object.entries(patch).some(([key, value]) => this.#now[key] !== value);
    if (!changed) return;
    this.#now = Object.freeze({ ...this.#now, ...patch });
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => this.#tell());
  }

  /** Calls `watcher(now, before)` at once and after every change. */
  watch(watcher) {
    this.#watchers.push(watcher);
    watcher(this.#now, {});
  }

  #tell() {
    this.#pending = false;
    const before = this.#told;
    this.#told = this.#now;
    for (const watcher of this.#watchers) watcher(this.#told, before);
  }
}

/** Whether any of `keys` differs between two states. */
export function differs(now, before, ...keys) {
  return keys.some((key) => now[key] !== before[key]);
}
