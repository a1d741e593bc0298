// What the last verifying or measuring brought.

import { element } from "/shared/dom.js";
import { milliseconds, number } from "./format.js";
import { card, facts, note } from "./parts.js";

/** `kept`: `{kind, result}` of the last job, or nothing. */
export function outcomeCard(say, kept, language) {
  if (!kept) return null;
  const shown = kept.kind === "models.verify" ? verified : measured;
  return element("div", { testid: "outcome" }, shown(say, kept.result, language));
}

/** `{good, files, bad: [{file, state}]}`. */
function verified(say, { good, files, bad }, language) {
  if (good) return note("good", say.verified, say.filesRead(number(files, language)));
  return card({ title: say.damaged, note: say.damagedNote }, facts(bad.map((one) => [element("span", { class: "mono breaks", text: one.file }), one.state])));
}

/** `{questions, failed, answer_ms, first_sound_ms}`, times as `{median, p95}`. */
function measured(say, { questions, failed, answer_ms: answer, first_sound_ms: sound }, language) {
  const times = ({ median, p95 }) => say.times(milliseconds(median, language), milliseconds(p95, language));
  return card(
    { title: say.measured, note: say.measuredNote(number(questions, language)) },
    facts([
      [say.answerTime, times(answer)],
      [say.soundTime, times(sound)],
      failed > 0 && [say.unanswered, number(failed, language)],
    ]),
  );
}
