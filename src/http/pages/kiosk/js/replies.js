// What the server and the player say, as state (docs/realtime.md). Sends nothing but the session's settings.

import { readAnswer } from "./answer.js";
import { joinMedia } from "./sight-event.js";
import { isBotOn } from "./state.js";

const HAN = /\p{Script=Han}/u;

export class Replies {
  #state;
  #sound;
  #turns;
  #conversation;
  #handoff;
  #sight;
  #selftest;
  #heardNothing = false; // the server knows of no question, so answering it fails: the page has said so already

  constructor(state, sound, turns, conversation, handoff, sight, selftest) {
    this.#state = state;
    this.#sound = sound;
    this.#turns = turns;
    this.#conversation = conversation;
    this.#handoff = handoff;
    this.#sight = sight;
    this.#selftest = selftest;
  }

  onOpen() {
    this.#state.set({ link: "open", problem: null });
  }

  /** A visit ends with its socket: what is awaited will not come. */
  onLost() {
    const { thinking } = this.#state.now;
    if (thinking) this.#turns.fail({ key: "failed" });
    this.#turns.forget();
    this.#sound.closeMicrophone();
    this.#state.set({ link: "lost", hears: [], listening: null, handsFree: false, personAsked: false });
  }

  onEvent(event) {
    switch (event.type) {
      case "session.created":
        this.#onSession(event.session);
        this.#handoff.onSession();
        this.#selftest.ready();
        return this.#conversation.begin();
      case "session.updated":
        return this.#onSession(event.session);
      case "input_audio_buffer.speech_started":
        return this.#onSpeech("hands-free");
      case "input_audio_buffer.speech_stopped":
        return this.#onSpeech(null);
      case "input_audio_buffer.committed":
        return this.#onCommitted();
      case "conversation.item.input_audio_transcription.completed":
        return this.#onTranscript(event.transcript);
      case "usher.heard_nothing":
        return this.#onHeardNothing(event.message);
      case "response.created":
        return this.#onResponse(event.response?.id);
      case "usher.answer":
        return this.#onAnswer(event);
      case "response.output_audio_transcript.delta":
        return this.#isHeard(event) && this.#sound.caption(String(event.delta ?? ""));
      case "response.output_audio.delta":
        return this.#onVoice(event);
      case "response.output_audio.done":
      case "response.output_audio_transcript.done":
        return this.#turns.said(event.response_id);
      case "response.done":
        return this.#turns.close(event.response?.id, event.response?.status);
      case "error":
        return this.#onError(event);
      default:
        return this.#sight.onEvent(event) || this.#selftest.onEvent(event) || this.#handoff.onEvent(event); // or a stock event that this page has no use for
    }
  }

  /** The player: the sound of this clause begins. */
  onCaption(text) {
    this.#state.set({ captions: [...this.#state.now.captions, text] });
  }

  /** The player: everything enqueued was heard. */
  onDrained() {
    this.#turns.quiet();
  }

  #onSession(session) {
    const { hears = [], speaks = [], missing = this.#state.now.missing } = session?.usher ?? {};
    this.#state.set({ hears, speaks, missing, setup: readSetup(session?.usher?.setup) });
    this.#sight.onSession(session?.usher?.camera);
  }

  /** Someone seems to speak over the voice: it is lowered, and stopped only when words were found in it. */
  #onSpeech(listening) {
    if (!this.#state.now.handsFree) return;
    this.#sound.duck(listening !== null);
    this.#state.set({ listening });
  }

  /** Hands-free, the server commits by itself. */
  #onCommitted() {
    this.#heardNothing = false;
    if (this.#state.now.handsFree) this.#turns.begin({ question: "", way: "spoken" });
  }

  #onTranscript(transcript) {
    const { turn } = this.#state.now;
    if (turn?.way === "spoken" && turn.question === "") this.#state.set({ turn: { ...turn, question: String(transcript ?? "") } });
  }

  /** Hands-free in a noisy hall this comes often, so only a visitor who held the button is told. */
  #onHeardNothing(message) {
    this.#heardNothing = true;
    this.#sound.duck(false);
    this.#turns.withdraw();
    if (!this.#state.now.handsFree) this.#state.set({ problem: message ? { text: message } : { key: "tooShort" } });
  }

  #onResponse(id) {
    this.#heardNothing = false;
    if (!this.#turns.isAwaiting) this.#sight.onResponse();
    if (id) this.#turns.respond(id);
  }

  #onAnswer(event) {
    const answer = readAnswer(event);
    const isCurrent = this.#state.now.turn !== null && this.#turns.isCurrent(event.response_id);
    if (answer.route === "handoff" && (this.#state.now.personAsked || !isCurrent)) return this.#onCard(event.response_id, answer.handoff);
    if (!isCurrent && !this.#isTold(event.response_id)) return undefined;
    this.#turns.settle();
    const { turn } = this.#state.now;
    this.#state.set({ turn: { ...turn, ...answer, media: joinMedia(turn.media, answer.media), failure: null } });
    return this.#follow(turn.question, answer.language);
  }

  /** No person is at a desk: the card that says where one is. Asked by the page's button or by the kiosk's own. */
  #onCard(id, card) {
    const { handoff, personAsked } = this.#state.now;
    if (!personAsked && !this.#turns.isLive(id)) return;
    this.#turns.yieldTurn(id);
    this.#state.set({ personAsked: false, ...(card && !handoff ? { card, contactOpen: true } : {}) });
  }

  /** Whether usher says this of its own accord: then it becomes the turn. */
  #isTold(id) {
    if (this.#turns.isAwaiting || !this.#turns.isLive(id)) return false;
    this.#turns.adopt(id);
    return true;
  }

  /** Who asks in Chinese writing reads Chinese: the page follows. Latin letters prove nothing (CA938, wifi). */
  #follow(question, language) {
    const { now } = this.#state;
    if (language !== "zh" || now.language === "zh" || !now.site.languages.includes("zh") || !HAN.test(question)) return;
    this.#state.set({ language });
    this.#conversation.configure();
  }

  #onVoice(event) {
    if (!this.#isHeard(event)) return;
    this.#sound.play(String(event.delta ?? ""));
    this.#state.set({ speaking: true });
  }

  /** While a person has the visit, usher is silent, whatever is still on its way. */
  #isHeard({ response_id: id }) {
    return this.#turns.isLive(id) && isBotOn(this.#state.now);
  }

  #onError(event) {
    console.warn("usher:", event.error?.code, event.error?.message);
    if (this.#heardNothing) return;
    const message = event.usher?.message;
    const failure = message ? { text: message } : { key: "failed" };
    if (this.#state.now.thinking) this.#turns.fail(failure);
    else if (message) this.#state.set({ problem: failure });
  }
}

/** The first start's secret, which the kiosk's own screen alone is told; null on every other page and once somebody administers it. */
function readSetup(setup) {
  if (!setup?.secret) return null;
  return Object.freeze({ secret: String(setup.secret), address: setup.address ? String(setup.address) : null });
}
