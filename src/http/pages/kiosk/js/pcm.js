// `audio/pcm` of the socket: i16 little endian, mono, 24 kHz, in base64; and the f32 of Web Audio.

export const RATE_HZ = 24_000;

/** Samples in `-1..=1` from base64. An odd last byte is dropped. */
export function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const samples = new Float32Array(bytes.length >> 1);
  for (let index = 0; index < samples.length; index += 1) samples[index] = view.getInt16(index * 2, true) / 32_768;
  return samples;
}

/** Base64 of samples in `-1..=1`; what is louder is clipped. */
export function encode(samples) {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) => view.setInt16(index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true));
  let text = "";
  for (const byte of new Uint8Array(view.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Loudness `0..=1` of what an analyser hears now: -50 dBFS is nothing, -8 dBFS is full. */
export function loudness(analyser, scratch) {
  analyser.getFloatTimeDomainData(scratch);
  const power = scratch.reduce((sum, sample) => sum + sample * sample, 0) / scratch.length;
  const decibels = 10 * Math.log10(power + 1e-9);
  return Math.max(0, Math.min(1, (decibels + 50) / 42));
}
