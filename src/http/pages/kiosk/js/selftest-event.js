// Reads the events of the self-test (docs/realtime.md). What arrives is checked for shape.

import { text } from "./fields.js";

const PARTS = ["sound", "microphone", "camera", "touch", "light"];
const ID_CHARS_MAX = 64;
const AUDIO_CHARS_MAX = 400_000; // of base64: six seconds at 24 kHz
const RATES = [8_000, 48_000]; // Hz

/** `usher.selftest`: what to try, and for `sound` what to play; null for anything else. */
export function readSelftest(event) {
  const id = text(event.id, ID_CHARS_MAX);
  if (id === "" || !PARTS.includes(event.part)) return null;
  const rate = Number.isInteger(event.rate) && event.rate >= RATES[0] && event.rate <= RATES[1] ? event.rate : null;
  const audio = typeof event.audio === "string" && event.audio.length <= AUDIO_CHARS_MAX ? event.audio : "";
  if (event.part === "sound" && (audio === "" || rate === null)) return null;
  return Object.freeze({ id, part: event.part, audio, rate });
}
