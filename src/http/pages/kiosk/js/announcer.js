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
  if (now.handoff && now.handoff.message !== before.handoff?.message) return told(now.handoff, say.handoff);
  const { turn } = now;
  if (turn?.seen && turn.seen !== before.turn?.seen) return `${say.sight.iRead}: ${[turn.seen.title, ...turn.seen.lines].join(". ")}`;
  if (turn?.final && differs(now, before, "turn") && (!before.turn?.final || before.turn.answer !== turn.answer)) {
    return turn.failure ? turn.failure.text ?? say[turn.failure.key] : `${say.answered}: ${turn.answer}`;
  }
  if (phase(now) === phase(before)) return "";
  const thinking = turn?.way === "shown" ? say.sight.reading : say.thinking;
  return { listening: say.listeningFree, thinking }[phase(now)] ?? "";
}

/** Where the hand-over stands: the page's words for the state, then the server's sentence. */
function told({ state, agent, message }, say) {
  const name = agent || say.someone;
  const title = { ringing: say.ringing(agent), briefing: say.briefing(name), lost_link: say.lost, wrap_up: say.ended, callback_booked: say.bookedTitle }[state] ?? say[state] ?? "";
  return `${title}. ${message}`;
}
