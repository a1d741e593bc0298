// What the visitor does, as events of the socket (docs/realtime.md) and as state. Knows no element and reads no reply.

import { FRESH, UNCOVERED, isBotOn } from "./state.js";
import { encode } from "./pcm.js";

const QUESTION_CHARS_MAX = 2_000; // the server's bound
const PERSON_MS_MAX = 1_500; // the server answers at once; after this the visitor sees the site's own card

export class Conversation {
  #state;
  #socket;
  #sound;
  #turns;
  #personTimer = 0;
  #owesEnd = false; // a visit was wiped here while the server could not be told

  constructor(state, socket, sound, turns) {
    this.#state = state;
    this.#socket = socket;
    this.#sound = sound;
    this.#turns = turns;
  }

  /** A typed question. False when it was blank or could not be sent: the field keeps it. */
  ask(text) {
    const question = text.trim().slice(0, QUESTION_CHARS_MAX);
    if (question === "" || !this.#isOpen()) return false;
    this.#turns.begin({ question, way: "typed" });
    const content = [{ type: "input_text", text: question }];
    this.#socket.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
    this.#socket.send({ type: "response.create" });
    return true;
  }

  /** A picture to read, as base64 JPEG, with what was typed to it. False when it could not be sent. */
  show(image, text) {
    if (!this.#isOpen()) return false;
    const question = text.trim().slice(0, QUESTION_CHARS_MAX);
    this.shown(question);
    const content = [{ type: "input_image", image_url: `data:image/jpeg;base64,${image}` }];
    if (question !== "") content.push({ type: "input_text", text: question });
    this.#socket.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
    this.#socket.send({ type: "response.create" });
    return true;
  }

  /** What was held up is the question; the server answers it by itself when it found it in a frame. */
  shown(question = "") {
    this.#turns.begin({ question, way: "shown" });
  }

  /** A topic's question, or a choice: `labels` are its texts by language where they are known. */
  touch(item, label, labels = null) {
    if (!this.#isOpen()) return;
    this.#turns.begin({ question: label, way: "touched", item, labels });
    this.#socket.send({ type: "usher.touch", item, label });
  }

  /** Asks once more what is on the screen. */
  again() {
    const { turn } = this.#state.now;
    if (turn?.way === "shown") this.#state.set({ reading: "opening" });
    else if (turn?.item) this.touch(turn.item, turn.question, turn.labels);
    else if (turn?.question) this.ask(turn.question);
    else this.back();
  }

  repeat() {
    this.#turns.silence();
    this.#state.set({ captions: [] });
    this.#socket.send({ type: "usher.repeat" });
  }

  /** Ends the voice and the turn; what is on the screen stays. */
  stop() {
    const { isBusy } = this.#turns;
    this.#turns.silence();
    if (isBusy) this.#socket.send({ type: "response.cancel" });
    if (this.#state.now.thinking) this.#turns.fail({ key: "stopped" });
  }

  /** Asks for a person, or closes the contact card. Without a socket, or an answer, the site's own card shows the way. */
  person() {
    const { contactOpen, handoff } = this.#state.now;
    clearTimeout(this.#personTimer);
    if (contactOpen) return this.#state.set({ contactOpen: false, personAsked: false });
    if (handoff) return this.#state.set({ handoffPage: null, keyboard: null, ...UNCOVERED });
    const personAsked = this.#socket.send({ type: "usher.person" });
    this.#state.set({ personAsked, contactOpen: !personAsked, keyboard: null, ...UNCOVERED });
    const showCard = () => this.#state.now.personAsked && this.#state.set({ contactOpen: true });
    if (personAsked) this.#personTimer = setTimeout(showCard, PERSON_MS_MAX);
    return undefined;
  }

  /** A touched question that is on the screen is asked again in the new language. */
  setLanguage(language) {
    const { turn, view } = this.#state.now;
    this.#state.set({ language, card: null });
    this.configure();
    const label = turn?.labels?.[language];
    if (view === "turn" && label && turn.language !== language) this.touch(turn.item, label, turn.labels);
  }

  setVolume(volume) {
    const wasMuted = this.#state.now.volume === 0;
    this.#state.set({ volume });
    this.#sound.setVolume(volume);
    if (wasMuted !== (volume === 0)) this.configure();
  }

  openTopic(topic) {
    this.stop();
    this.#state.set({ view: "topic", topic, problem: null, contactOpen: false, keyboard: null });
  }

  /** From an answer to its topic or the greeting, from a topic to the greeting. The visit goes on. */
  back() {
    const { view, topic } = this.#state.now;
    this.stop();
    const up = view === "turn" && topic !== null ? { view: "topic" } : { view: "greeting", topic: null };
    this.#state.set({ ...up, turn: null, captions: [], problem: null, keyboard: null });
  }

  /** Wipes the visit, here and on the server, with everything that it had set. */
  end() {
    this.#turns.forget();
    this.#sound.closeMicrophone();
    this.#sound.setVolume(FRESH.volume);
    this.#owesEnd = !this.#socket.send({ type: "usher.end" });
    this.#state.set({ ...FRESH, language: this.#state.now.site.languages[0] });
    this.configure();
  }

  /** The socket is open: the server may still keep a hand-over that was wiped here. */
  begin() {
    if (this.#owesEnd) this.#owesEnd = !this.#socket.send({ type: "usher.end" });
    this.configure();
  }

  /** Tells the server the language, whether to speak, and who finds the end of speech. */
  configure() {
    const { language, handsFree, volume } = this.#state.now;
    const turn_detection = handsFree ? { type: "server_vad" } : null;
    const session = { type: "realtime", audio: { input: { turn_detection } }, usher: { language, speak: volume > 0 } };
    this.#socket.send({ type: "session.update", session });
  }

  setHandsFree(handsFree) {
    this.#state.set({ handsFree, listening: null, problem: null });
    this.dropSound();
    this.configure();
  }

  /** The visitor takes the word: usher is silent from here. */
  interrupt() {
    this.stop();
    this.#state.set({ problem: null, contactOpen: false, keyboard: null, ...UNCOVERED });
    this.dropSound();
  }

  sendSound(samples) {
    if (!isBotOn(this.#state.now)) return;
    this.#socket.send({ type: "input_audio_buffer.append", audio: encode(samples) });
  }

  /** What was said becomes a question. */
  commitSound() {
    this.#turns.begin({ question: "", way: "spoken" });
    this.#socket.send({ type: "input_audio_buffer.commit" });
    this.#socket.send({ type: "response.create" });
  }

  dropSound() {
    this.#socket.send({ type: "input_audio_buffer.clear" });
  }

  /** Whether usher's voice is not heard and will not be heard for this answer. */
  get isQuiet() {
    return !this.#turns.isVoiced;
  }

  /** Drops the voice; what is on the screen goes on. */
  hush() {
    this.#turns.silence();
  }

  /** Shows one of the page's own sentences. */
  report(key) {
    this.#state.set({ problem: { key } });
  }

  /** Whether usher can be asked now. */
  #isOpen() {
    if (!isBotOn(this.#state.now)) return false;
    if (this.#state.now.link === "open") return true;
    this.report("offline");
    return false;
  }
}
