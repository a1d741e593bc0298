// The self-test of loudspeaker and microphone: records the room as it is, without the browser's cleaning, and for `sound` plays the
// server's probe meanwhile at the volume that visitors hear. Both on one audio clock, so that the delay between them is exact.

import { RATE_HZ, decode, encode, loudness } from "./pcm.js";
import { until, within } from "./selftest-pause.js";

const RAW = { audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false } };
const SOUND_SECONDS = 3.5; // as checks::sound wants it: the room, the probe, the longest delay, the echo
const VOICE_SECONDS = 5;
const LEAD_SECONDS = 0.5; // of the room alone, before the probe
const FIRST_MS_MAX = 5_000; // a microphone that is open gives its first samples within this
const GESTURE_MS_MAX = 20_000; // some browsers sound after a touch only

/** Plays the probe and records what comes back: `{audio, rate, lead_ms}`. */
export async function trySound(tools) {
  return withRecorder(tools, async (recorder, context) => {
    tools.show("playing", { seconds: SOUND_SECONDS });
    const recording = recorder.take(SOUND_SECONDS);
    const beganAt = await recorder.began;
    const playAt = context.currentTime + LEAD_SECONDS;
    play(context, tools, playAt);
    return { ...(await recording), lead_ms: Math.round((playAt - beganAt) * 1000) };
  });
}

/** Records somebody who speaks: `{audio, rate}`. */
export async function tryMicrophone(tools) {
  return withRecorder(tools, async (recorder) => {
    tools.show("listening", { seconds: VOICE_SECONDS, level: () => recorder.level() });
    return recorder.take(VOICE_SECONDS);
  });
}

async function withRecorder(tools, use) {
  const { signal, show } = tools;
  const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: "interactive" });
  let stream = null;
  try {
    await wake(context, show, signal);
    stream = await navigator.mediaDevices.getUserMedia(RAW);
    signal.throwIfAborted();
    await context.audioWorklet.addModule("/kiosk/js/selftest-worklet.js");
    return await use(new Recorder(context, stream, signal), context);
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    await context.close();
  }
}

/** Browsers that were not told otherwise keep silent until the page is touched. */
async function wake(context, show, signal) {
  const resumed = context.resume();
  if (context.state === "running") return;
  const resume = () => context.resume();
  const timer = setTimeout(() => show("gesture"), 400);
  addEventListener("pointerdown", resume, { capture: true });
  try {
    await within(GESTURE_MS_MAX, resumed, signal);
  } finally {
    clearTimeout(timer);
    removeEventListener("pointerdown", resume, { capture: true });
  }
}

function play(context, { audio, rate, volume }, at) {
  const samples = decode(audio);
  const buffer = new AudioBuffer({ length: samples.length, sampleRate: rate });
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(new GainNode(context, { gain: (volume / 100) ** 2 })).connect(context.destination);
  source.start(at);
}

class Recorder {
  #context;
  #signal;
  #analyser;
  #scratch;
  #onChunk = () => {};

  constructor(context, stream, signal) {
    this.#context = context;
    this.#signal = signal;
    this.#analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    this.#scratch = new Float32Array(this.#analyser.fftSize);
    const worklet = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    source.connect(this.#analyser);
    source.connect(worklet);
    const first = until((done) => {
      worklet.port.onmessage = ({ data }) => {
        done(data.frame / context.sampleRate);
        this.#onChunk(data.samples);
      };
    }, signal);
    /** When the first sample was taken, on the context's clock, seconds. */
    this.began = within(FIRST_MS_MAX, first, signal);
    this.began.catch(() => {}); // who records alone does not wait for it
  }

  /** The next `seconds`, from the first sample on, as the socket carries sound. */
  async take(seconds) {
    const wanted = Math.round(seconds * this.#context.sampleRate);
    const samples = new Float32Array(wanted);
    const full = until((done) => {
      let filled = 0;
      this.#onChunk = (chunk) => {
        const part = chunk.subarray(0, wanted - filled);
        samples.set(part, filled);
        filled += part.length;
        if (filled === wanted) done();
      };
    }, this.#signal);
    await within(seconds * 1000 + FIRST_MS_MAX, full, this.#signal);
    return { audio: encode(samples), rate: this.#context.sampleRate };
  }

  /** Loudness now, `0..=1`. */
  level() {
    return this.#context.state === "running" ? loudness(this.#analyser, this.#scratch) : 0;
  }
}
