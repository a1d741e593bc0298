// The self-test of the touch screen: nine targets one after the other, so that turned or mirrored axes show. A target that is not
// touched in its time is passed over: that is where the glass is dead.

import { until } from "./selftest-pause.js";

const SHARES = [0.1, 0.5, 0.9]; // of width and height
const FIRST_MS = 10_000; // to walk up and read what to do
const EACH_MS = 2_500; // thirty seconds in all

/** `{attempts: [{target, touched}], wide, high}`, px of the page. */
export async function tryTouch({ signal, show, onInput }) {
  const [wide, high] = [innerWidth, innerHeight];
  const targets = SHARES.flatMap((y) => SHARES.map((x) => ({ x: Math.round(x * wide), y: Math.round(y * high) })));
  const attempts = [];
  for (const target of targets) {
    const ms = attempts.length === 0 ? FIRST_MS : EACH_MS;
    show("touching", { target, done: attempts, of: targets.length, seconds: ms / 1000 });
    attempts.push({ target, touched: await nextTouch(ms, onInput, signal) });
  }
  return { attempts, wide, high };
}

/** Where the next finger comes down; null when none does in time. */
function nextTouch(ms, onInput, signal) {
  return until((done) => {
    const timer = setTimeout(() => done(null), ms);
    onInput(done);
    return () => {
      clearTimeout(timer);
      onInput(null);
    };
  }, signal);
}
