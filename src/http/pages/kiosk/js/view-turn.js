// A question and its answer on the screen. The answer's text node stays while it grows, so that the voice can be followed in it.

import { element, setAttribute } from "./dom.js";
import { differs, stage } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { View } from "./view.js";
import { afterAnswer } from "./after-answer.js";
import { seenCard } from "./seen-card.js";
import { SpokenMark } from "./spoken-mark.js";

const SHORT_CHARS = 90; // an English sentence; Chinese says the same in less than half
const LONG_CHARS = 420;
const LONG_QUESTION_CHARS = 140;

export class Turn extends View {
  build() {
    this.eyebrow = element("p", { class: "eyebrow" });
    this.question = element("h1", { class: "question", dir: "auto" });
    this.seen = element("div", { class: "seen-place" });
    this.seeking = element("div", { class: "seeking", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
    this.answer = element("p", { class: "answer", testid: "answer", dir: "auto" });
    this.media = document.createElement("usher-media");
    this.media.attach(this.page);
    this.extras = element("div", { class: "after" });
    this.append(element("div", { class: "asked" }, this.eyebrow, this.question), this.seen, this.seeking, this.answer, this.media, this.extras);
    this.mark = new SpokenMark(this.answer);
  }

  show(now, before) {
    this.hidden = stage(now) !== "turn";
    const { turn } = now;
    if (!turn) return this.#clear();
    if (differs(now, before, "turn", "language", "thinking", "site") || isHandedOver(now, before)) this.#showTurn(now, before);
    if (differs(now, before, "captions", "speaking")) this.mark.follow(now.captions, now.speaking);
    if (before.view !== "turn" || (before.turn && before.turn.final && !turn.final)) this.parentElement.scrollTop = 0;
    return undefined;
  }

  #showTurn(now, before) {
    const { turn } = now;
    const say = strings(now.language);
    this.#showQuestion(turn, say);
    if (turn.seen !== before.turn?.seen || differs(now, before, "language")) this.seen.replaceChildren(...(turn.seen ? [seenCard(turn.seen, say.sight)] : []));
    this.seeking.hidden = !now.thinking;
    this.#showAnswer(turn, say);
    const isStale = !turn.final || differs(now, before, "turn", "language", "site") || isHandedOver(now, before);
    if (isStale) this.extras.replaceChildren(...(turn.final ? afterAnswer(this.page, now) : []));
  }

  /** What was held up has no words until it is read. */
  #showQuestion({ question, way, seen }, say) {
    const text = question === "" && way === "shown" && !seen ? say.sight.aPicture : question;
    const asked = { spoken: say.youSaid, shown: question === "" ? say.sight.youShowed : say.youAsked }[way] ?? say.youAsked;
    this.eyebrow.textContent = text === "" ? "" : asked;
    this.question.textContent = text;
    setAttribute(this.question, "data-long", text.length > LONG_QUESTION_CHARS);
  }

  #showAnswer(turn, say) {
    const failure = turn.failure && (turn.failure.text ?? say[turn.failure.key]);
    const text = turn.answer || failure || "";
    if (this.answer.textContent !== text) {
      this.answer.textContent = text;
      this.mark.clear();
    }
    this.answer.hidden = text === "";
    this.answer.lang = LANGUAGES[turn.language]?.tag ?? document.documentElement.lang;
    this.answer.dataset.final = String(turn.final);
    this.answer.dataset.length = lengthOf(text, turn.language);
  }

  /** After a wipe no word of the visit is left in the page. */
  #clear() {
    for (const node of [this.eyebrow, this.question, this.seen, this.answer, this.extras]) node.replaceChildren();
    this.mark.clear();
  }
}

/** Whether a hand-over has begun or ended. */
function isHandedOver(now, before) {
  return !now.handoff !== !before.handoff;
}

function lengthOf(text, language) {
  const weight = text.length * (language === "zh" ? 2.2 : 1);
  if (weight <= SHORT_CHARS) return "short";
  return weight > LONG_CHARS ? "long" : "medium";
}
