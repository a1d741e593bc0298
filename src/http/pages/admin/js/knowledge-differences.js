// What changes in one answer, field by field, with the words that differ marked.

import { element } from "/shared/dom.js";
import { LANGUAGES, word } from "./strings.js";

const FIELDS = ["question", "questions", "answer", "tags", "valid_from", "valid_until", "media", "facts"];
/** Longer texts are shown whole, without marks: the comparison takes the product of both lengths. */
const WORDS_MAX = 400;

/** `change`: `{language, before, after}`, items or texts, either of them missing. */
export function differences(say, { language, before, after }) {
  const lang = LANGUAGES[language]?.tag;
  if (typeof (before ?? after) === "string") return rows(say, lang, [["answer", before, after]]);
  const lines = FIELDS.map((name) => [name, text(before?.[name]), text(after?.[name])]).filter(([, old, next]) => old !== next);
  return rows(say, lang, lines);
}

function rows(say, lang, lines) {
  const line = ([name, old, next]) =>
    element(
      "div",
      { class: "difference" },
      element("h3", { text: word(say, "fields", name) }),
      old && element("div", { class: "old", lang }, element("span", { class: "unseen", text: `${say.before}: ` }), ...marked(old, next, "del")),
      next && element("div", { class: "new", lang }, element("span", { class: "unseen", text: `${say.after}: ` }), ...marked(next, old, "ins")),
    );
  return element("div", { class: "differences" }, ...lines.map(line));
}

function text(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join("\n");
  return typeof value === "object"
    ? Object.entries(value)
        .map(([name, one]) => `${name}: ${one}`)
        .join("\n")
    : String(value);
}

/** `shown` in pieces; what `other` lacks stands in `tag`. */
function marked(shown, other, tag) {
  if (!other) return [shown];
  const [ours, theirs] = [pieces(shown), pieces(other)];
  if (ours.length > WORDS_MAX || theirs.length > WORDS_MAX) return [shown];
  const shared = common(ours, theirs);
  return ours.map((piece, index) => (shared.has(index) ? piece : element(tag, { text: piece })));
}

/** Words and what stands between them; a Chinese character is a word. */
function pieces(text_) {
  return text_.match(/\p{Script=Han}|[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? [];
}

/** The indices of `ours` in the longest common subsequence with `theirs`. */
function common(ours, theirs) {
  const lengths = Array.from({ length: ours.length + 1 }, () => new Uint16Array(theirs.length + 1));
  for (let i = ours.length - 1; i >= 0; i--)
    for (let j = theirs.length - 1; j >= 0; j--) lengths[i][j] = ours[i] === theirs[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  const shared = new Set();
  for (let i = 0, j = 0; i < ours.length && j < theirs.length;) {
    if (ours[i] === theirs[j]) {
      shared.add(i);
      i++;
      j++;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++;
    else j++;
  }
  return shared;
}
