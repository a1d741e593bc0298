// The turn on the screen and the responses of the server: which of them still counts. Sends nothing, draws nothing.

import { UNCOVERED } from "./state.js";

const TURN_MS_MAX = 60_000; // longer than the slowest board's longest answer takes to begin

/** A turn before its answer. */
const ASKED = Object.freeze({
  question: "", way: "typed", item: null, labels: null, seen: null, language: null, route: null, answer: "", sources: [], choices: [], handoff: null,
  media: Object.freeze([]), final: false, failure: null,
});

export class Turns {
  #state;
  #sound;
  #live = new Set(); // responses whose sound and captions may still come
  #running = new Set(); // responses that the server has not ended yet
  #unsaid = new Set(); // responses that may still send sound
  #current = null; // the response that answers the turn on the screen
  #awaiting = false; // a question was sent and its response has not begun
  #before = null; // what was on the screen when it was sent
  #deadline = 0;

  constructor(state, sound) {
    this.#state = state;
    this.#sound = sound;
  }

  /** Whether the server is at work on something that a cancel would end. */
  get isBusy() {
    return this.#awaiting || this.#running.size > 0;
  }

  get isAwaiting() {
    return this.#awaiting;
  }

  /** Whether sound may still come or is heard. */
  get isVoiced() {
    return this.#awaiting || this.#unsaid.size > 0 || this.#sound.isPlaying;
  }

  /** A new question: the answer before it is over, on the screen and in the loudspeaker. */
  begin({ question, way, item = null, labels = null }) {
    const { view, topic, turn } = this.#state.now;
    this.silence();
    this.settle();
    this.#before = { view, topic, turn };
    this.#awaiting = true;
    this.#current = null;
    this.#state.set({ view: "turn", turn: { ...ASKED, question, way, item, labels }, thinking: true, listening: null, captions: [], problem: null, contactOpen: false, keyboard: null, ...UNCOVERED });
    this.#deadline = setTimeout(() => this.fail({ key: "tooLong" }), TURN_MS_MAX);
  }

  /** What was sent turned out to be no question: back to what was on the screen. */
  withdraw() {
    if (this.#awaiting) this.#state.set(this.#before);
    this.settle();
  }

  /** The server began a response: the awaited one, or one beside the turn (a repetition, a card). */
  respond(id) {
    if (this.#awaiting) this.#current = id;
    this.#awaiting = false;
    this.#live.add(id);
    this.#running.add(id);
    this.#unsaid.add(id);
  }

  /** The response was not the awaited one after all. */
  yieldTurn(id) {
    if (this.#current !== id || !this.#state.now.thinking) return;
    this.#current = null;
    this.#awaiting = true;
  }

  /** An answer that nobody asked for here: what usher says when the person is gone, or the help button's card. */
  adopt(id) {
    this.settle();
    this.#current = id;
    this.#state.set({ view: "turn", turn: { ...ASKED, way: "told" }, captions: [], contactOpen: false, ...UNCOVERED });
  }

  /** Whether an answer with this id belongs on the screen. */
  isCurrent(id) {
    return !this.#awaiting && id === this.#current;
  }

  /** Whether sound and captions with this id may be played. */
  isLive(id) {
    return this.#live.has(id);
  }

  /** The server has sent all sound of a response; it may still be at work on a picture or a clip. */
  said(id) {
    this.#unsaid.delete(id);
    this.quiet();
  }

  /** The server ended a response. What it sent is still heard to its end, unless it was cancelled. */
  close(id, status) {
    this.#running.delete(id);
    this.#unsaid.delete(id);
    if (status === "cancelled" && this.#live.delete(id)) this.#sound.stop();
    this.quiet();
    if (this.isCurrent(id) && this.#state.now.thinking) this.fail({ key: status === "cancelled" ? "stopped" : "failed" });
  }

  /** Says that nothing is heard, when that is so. */
  quiet() {
    if (!this.#sound.isPlaying && this.#unsaid.size === 0) this.#state.set({ speaking: false });
  }

  /** The turn ends with a sentence for the visitor: `{key}` of a string or `{text}`. */
  fail(failure) {
    this.settle();
    const { turn } = this.#state.now;
    if (turn) this.#state.set({ turn: { ...turn, failure, final: true } });
  }

  /** Nothing is waited for any more. */
  settle() {
    clearTimeout(this.#deadline);
    this.#awaiting = false;
    this.#state.set({ thinking: false });
  }

  /** Drops the voice at once, and what of it is still on the way. */
  silence() {
    this.#live.clear();
    this.#unsaid.clear();
    this.#sound.stop();
    this.#state.set({ speaking: false });
  }

  /** The visit or the socket is over: no response of it counts. */
  forget() {
    this.silence();
    this.settle();
    this.#running.clear();
    this.#current = null;
    this.#before = null;
  }
}
