// The self-test of the screen: plain colours over all of it, then what somebody saw.

import { pause, until } from "./selftest-pause.js";

const COLOURS = ["#ffffff", "#ff0000", "#00ff00", "#0000ff", "#000000"]; // dead and stuck points show on one of them
const EACH_MS = 1_800;
const ANSWER_MS_MAX = 20_000;

/** `{answer: "yes" | "no" | null}`: whether every colour was even. */
export async function tryLight({ signal, show, onInput }) {
  for (const colour of COLOURS) {
    show("colour", { colour });
    await pause(EACH_MS, signal);
  }
  show("asking", { seconds: ANSWER_MS_MAX / 1000 });
  const answer = await until((done) => {
    const timer = setTimeout(() => done(null), ANSWER_MS_MAX);
    onInput(done);
    return () => {
      clearTimeout(timer);
      onInput(null);
    };
  }, signal);
  return { answer };
}
