// Runs on the audio thread: hands every tenth of a second of the microphone on, with the frame at which it began. Knows nothing else.

const CHUNK_SAMPLES = Math.round(sampleRate / 10);

class Recorder extends AudioWorkletProcessor {
  #chunk = new Float32Array(CHUNK_SAMPLES);
  #filled = 0;
  #began = 0;

  process([input]) {
    const samples = input[0];
    for (let at = 0; samples && at < samples.length; ) {
      if (this.#filled === 0) this.#began = currentFrame + at;
      const part = samples.subarray(at, at + CHUNK_SAMPLES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === CHUNK_SAMPLES) this.#post();
    }
    return true;
  }

  #post() {
    this.port.postMessage({ frame: this.#began, samples: this.#chunk.slice() });
    this.#filled = 0;
  }
}

registerProcessor("recorder", Recorder);
