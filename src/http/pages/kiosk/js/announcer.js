// Tells screen readers what changed: that usher listens, looks something up, and what it answers. Once, not while it streams.

import { differs, phase } from "./state.js";
import { strings } from "./strings.js";

export function announce(state, region) {
  state.watch((now, before) => {
    if (!before.site) return;
    const text = news(now, before);
    if (text) region.textContent = text;
    if (before.turn && !now.turn) region.textContent = strings(now.language).cleared;
  });
}

function news(now, before) {
  const say = strings(now.language);
  const { turn } = now;
  if (turn?.final && differs(now, before, "turn") && (!before.turn?.final || before.turn.answer !== turn.answer)) {
    return turn.failure ? turn.failure.text ?? say[turn.failure.key] : `${say.answered}: ${turn.answer}`;
  }
  if (phase(now) === phase(before)) return "";
  return { listening: say.listeningFree, thinking: say.thinking }[phase(now)] ?? "";
}
