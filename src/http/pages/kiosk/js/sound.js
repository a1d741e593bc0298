// One audio clock for microphone and loudspeaker, made when first needed: browsers want a touch before they let a page sound.

import { RATE_HZ } from "./pcm.js";
import { Microphone } from "./microphone.js";
import { Player } from "./player.js";

export class Sound {
  #listener = null;
  #context = null;
  #player = null;
  #microphone = null;
  #volume = 80;

  constructor() {
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.#context?.resume(), { capture: true });
  }

  /** `listener` is the player's: `{onCaption, onDrained}`. */
  attach(listener) {
    this.#listener = listener;
  }

  get microphone() {
    return (this.#microphone ??= new Microphone(this.#clock()));
  }

  get isPlaying() {
    return this.#player?.isPlaying ?? false;
  }

  play(base64) {
    this.#voice().enqueue(base64);
  }

  /** A text that belongs to the sound played next. Without any sound it is told at once. */
  caption(text) {
    if (this.#player) this.#player.caption(text);
    else this.#listener.onCaption(text);
  }

  stop() {
    this.#player?.stop();
  }

  duck(isDucked) {
    this.#player?.duck(isDucked);
  }

  setVolume(percent) {
    this.#volume = percent;
    this.#player?.setVolume(percent);
  }

  closeMicrophone() {
    this.#microphone?.close();
  }

  /** Loudness of whichever is at work, `0..=1`. */
  level(isListening) {
    return (isListening ? this.#microphone : this.#player)?.level() ?? 0;
  }

  playedMs() {
    return this.#player?.playedMs() ?? 0;
  }

  #voice() {
    if (this.#player) return this.#player;
    this.#player = new Player(this.#clock(), this.#listener);
    this.#player.setVolume(this.#volume);
    return this.#player;
  }

  #clock() {
    this.#context ??= new AudioContext({ sampleRate: RATE_HZ, latencyHint: "interactive" });
    this.#context.resume();
    return this.#context;
  }
}
