// The keyboard: which key does what. Letters act while no field has the focus; function keys, which no field takes, always do.
// Left to the browser: F1, F3, F5-F7, F10-F12 and everything with Ctrl, Alt or Meta.

import { current, isEnding } from "./model.js";

/** `id` names the words of the help; `letter` and `key` what is pressed. */
export const KEYS = Object.freeze([
  { id: "accept", letter: "a", key: "F2" },
  { id: "decline", letter: "d", key: "F4" },
  { id: "reason", letter: "1 – 4" },
  { id: "ready", letter: "r", key: "F2" },
  { id: "next", letter: "j", key: "F8" },
  { id: "previous", letter: "k" },
  { id: "queue", letter: "q" },
  { id: "compose", letter: "c" },
  { id: "suggest", letter: "s", key: "F9" },
  { id: "search", letter: "f" },
  { id: "point", letter: "p" },
  { id: "brief", letter: "b" },
  { id: "mute", letter: "m" },
  { id: "back", letter: "t" },
  { id: "end", letter: "e" },
  { id: "help", letter: "?" },
  { id: "leave", key: "Esc" },
]);

const REASONS = ["break", "language", "skill", "other"];
const FIELDS = "input:not([type=radio], [type=checkbox], [type=button]), textarea, select, [contenteditable]";
const KEPT_AS = "usher.desk.letters";

export class Keys {
  #state;
  #desk;

  constructor(state, desk) {
    this.#state = state;
    this.#desk = desk;
    state.set({ letters: localStorage.getItem(KEPT_AS) !== "off" });
    addEventListener("keydown", (event) => this.#press(event));
  }

  /** Letters can be switched off: they hinder who dictates, or whose hand trembles. */
  setLetters(isOn) {
    localStorage.setItem(KEPT_AS, isOn ? "on" : "off");
    this.#state.set({ letters: isOn });
  }

  #press(event) {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing && !event.repeat;
    if (!isPlain || this.#state.now.view !== "desk") return;
    if (event.key === "Escape") return this.#leave();
    const inField = event.target.matches?.(FIELDS);
    const isDialog = this.#state.now.dialog !== null;
    const act = this.#byKey(event.key) ?? (inField || !this.#state.now.letters ? null : this.#byLetter(event.key));
    if (!act || (isDialog && event.key !== "?")) return;
    event.preventDefault();
    act();
  }

  /** The same key takes the next step: accept who rings, then open the conversation. */
  #byKey(key) {
    const desk = this.#desk;
    const now = this.#state.now;
    return {
      F2: () => (now.rings.length > 0 ? desk.accept() : desk.ready()),
      F4: () => desk.decline(),
      F8: () => desk.step(1),
      F9: () => desk.suggest(),
    }[key];
  }

  #byLetter(letter) {
    const now = this.#state.now;
    const desk = this.#desk;
    const reason = REASONS[Number(letter) - 1];
    if (reason) return now.declining ? () => desk.declineFor(reason) : null;
    const alone = { a: () => desk.accept(), d: () => desk.decline(), j: () => desk.step(1), k: () => desk.step(-1), q: () => desk.open(null), m: () => desk.mute("audio"), "?": () => desk.dialog("help") };
    const one = current(now);
    return alone[letter] ?? (one ? this.#aboutCase(letter, one) : null);
  }

  #aboutCase(letter, one) {
    const desk = this.#desk;
    if (isEnding(one)) return null;
    return {
      r: () => desk.ready(),
      c: () => focus(".composer textarea"),
      s: () => desk.suggest(),
      f: () => this.#panel("search", ".search input"),
      p: () => this.#panel("screen", ".screen"),
      b: () => this.#panel("brief", ".tool-panel"),
      t: () => desk.askBack(),
      e: () => desk.ending(true),
    }[letter];
  }

  #panel(name, selector) {
    this.#desk.show(name);
    // The panel is drawn in the state's own turn, which comes first.
    setTimeout(() => focus(selector));
  }

  #leave() {
    const { dialog, declining } = this.#state.now;
    if (dialog) return this.#state.set({ dialog: null });
    if (declining) return this.#state.set({ declining: false });
    document.activeElement?.blur();
    focus("#stage");
  }
}

function focus(selector) {
  document.querySelector(selector)?.focus();
}
