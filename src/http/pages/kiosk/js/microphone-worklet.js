// Runs on the audio thread: gathers the microphone's samples into chunks of a tenth of a second. Knows nothing else.

const CHUNK_SAMPLES = sampleRate / 10;

class Chunker extends AudioWorkletProcessor {
  #chunk = new Float32Array(CHUNK_SAMPLES);
  #filled = 0;

  constructor() {
    super();
    this.port.onmessage = () => this.#flush();
  }

  process([input]) {
    const samples = input[0];
    for (let at = 0; samples && at < samples.length; ) {
      const part = samples.subarray(at, at + CHUNK_SAMPLES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === CHUNK_SAMPLES) this.#post();
    }
    return true;
  }

  /** What is left of the last chunk, then null: the end of what was said. */
  #flush() {
    if (this.#filled > 0) this.#post();
    this.port.postMessage(null);
  }

  #post() {
    this.port.postMessage(this.#chunk.slice(0, this.#filled));
    this.#filled = 0;
  }
}

registerProcessor("chunker", Chunker);
