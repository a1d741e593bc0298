// The microphone as chunks of samples at 24 kHz. Closed means closed: no track is held between visits. Knows no protocol.

import { loudness } from "./pcm.js";

const CONSTRAINTS = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
const TAIL_MS = 150; // after the button is let go: the end of the last word
const FLUSH_MS_MAX = 500;

export class Microphone {
  #context;
  #stream = null;
  #source = null;
  #worklet = null;
  #analyser;
  #scratch;
  #onChunk = null;
  #onFlushed = null;

  constructor(context) {
    this.#context = context;
    this.#analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    this.#scratch = new Float32Array(this.#analyser.fftSize);
  }

  /** Whether this browser can give one at all: it does not on plain http from another machine. */
  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia) && "audioWorklet" in AudioContext.prototype;
  }

  /** Asks for the microphone if it is not held yet. Throws what the browser throws: refused, absent, in use. */
  async open() {
    if (this.#stream) return;
    const stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
    await this.#context.audioWorklet.addModule("/kiosk/js/microphone-worklet.js");
    this.#stream = stream;
    this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
    this.#worklet = new AudioWorkletNode(this.#context, "chunker", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.#worklet.port.onmessage = ({ data }) => this.#take(data);
  }

  /** Hands every chunk to `onChunk(samples)` until `finish` or `close`. */
  start(onChunk) {
    this.#onChunk = onChunk;
    this.#source.connect(this.#analyser);
    this.#source.connect(this.#worklet);
  }

  /** Stops after a short tail; resolves when the last chunk was handed over. */
  async finish() {
    if (!this.#onChunk) return;
    await new Promise((resolve) => setTimeout(resolve, TAIL_MS));
    const flushed = new Promise((resolve) => {
      this.#onFlushed = resolve;
      setTimeout(resolve, FLUSH_MS_MAX);
    });
    this.#worklet?.port.postMessage("flush");
    await flushed;
    this.pause();
  }

  /** Stops handing over, at once. */
  pause() {
    this.#onChunk = null;
    this.#source?.disconnect();
  }

  /** Lets the microphone go. */
  close() {
    this.pause();
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = this.#source = this.#worklet = null;
  }

  /** Loudness now, `0..=1`. */
  level() {
    return this.#onChunk ? loudness(this.#analyser, this.#scratch) : 0;
  }

  #take(samples) {
    if (samples) this.#onChunk?.(samples);
    else this.#onFlushed?.();
  }
}
