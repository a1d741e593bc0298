// Plays the voice: a queue of PCM chunks without gaps, captions timed to it, volume, and a stop that stops. Knows no protocol.

import { RATE_HZ, decode, loudness } from "./pcm.js";

const LEAD_SECONDS = 0.06; // before the first chunk, so that the second can be late
const DUCKED = 0.2; // share of the volume that is left while the visitor seems to speak

/** Calls `onCaption(text)` when its sound starts, and `onDrained()` when everything enqueued was heard. */
export class Player {
  #listener;
  #context;
  #gain;
  #analyser;
  #scratch;
  #sources = new Set();
  #cues = new Set();
  #nextAt = 0;
  #scheduledSeconds = 0;
  #volume = 0.8;

  constructor(context, listener) {
    this.#context = context;
    this.#listener = listener;
    this.#gain = new GainNode(context, { gain: this.#loud() });
    this.#analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    this.#scratch = new Float32Array(this.#analyser.fftSize);
    this.#analyser.connect(this.#gain).connect(context.destination);
  }

  get isPlaying() {
    return this.#sources.size > 0;
  }

  /** Plays a chunk after everything before it. */
  enqueue(base64) {
    const samples = decode(base64);
    if (samples.length === 0) return;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: RATE_HZ });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    const startAt = Math.max(this.#nextAt, this.#context.currentTime + (this.isPlaying ? 0 : LEAD_SECONDS));
    source.connect(this.#analyser);
    source.addEventListener("ended", () => this.#ended(source));
    source.start(startAt);
    this.#sources.add(source);
    this.#nextAt = startAt + buffer.duration;
    this.#scheduledSeconds += buffer.duration;
  }

  /** Tells `text` when the sound that is enqueued next will be heard: at once when nothing plays. */
  caption(text) {
    const cue = { text, at: this.isPlaying ? this.#nextAt : 0, timer: 0 };
    this.#cues.add(cue);
    this.#arm(cue);
  }

  /** Forgets all sound and captions to come, at once. */
  stop() {
    const sources = [...this.#sources];
    this.#sources.clear();
    for (const source of sources) {
      source.stop();
      source.disconnect();
    }
    for (const cue of this.#cues) clearTimeout(cue.timer);
    this.#cues.clear();
    this.#scheduledSeconds -= Math.max(0, this.#nextAt - this.#context.currentTime);
    this.#nextAt = 0;
    this.duck(false);
  }

  /** `percent` of 0 to 100. The square makes equal steps sound equal. */
  setVolume(percent) {
    this.#volume = percent / 100;
    this.#gain.gain.setTargetAtTime(this.#loud(), this.#context.currentTime, 0.03);
  }

  /** Lowers the voice while the visitor seems to speak over it. */
  duck(isDucked) {
    this.#gain.gain.setTargetAtTime(this.#loud() * (isDucked ? DUCKED : 1), this.#context.currentTime, 0.05);
  }

  /** Loudness now, `0..=1`, before the volume: the orb moves even when the voice is muted. */
  level() {
    return this.isPlaying ? loudness(this.#analyser, this.#scratch) : 0;
  }

  /** Milliseconds of sound handed to the loudspeaker so far, without what a stop dropped. */
  playedMs() {
    return this.#scheduledSeconds * 1000;
  }

  #loud() {
    return this.#volume ** 2;
  }

  #ended(source) {
    if (this.#sources.delete(source) && !this.isPlaying) this.#listener.onDrained();
  }

  /** A suspended context's clock stands still, so a cue looks at the clock again before it speaks. */
  #arm(cue) {
    const wait = (cue.at - this.#context.currentTime) * 1000;
    if (wait > 10) {
      cue.timer = setTimeout(() => this.#arm(cue), wait);
      return;
    }
    this.#cues.delete(cue);
    this.#listener.onCaption(cue.text);
  }
}
