// The words of the frame in the reader's language. Each page brings its own. Remembers the choice of language and nothing else.

import { EN } from "./strings-en.js";
import { ZH } from "./strings-zh.js";

/** Languages of the page, and of visitors: `tag` goes into `lang` attributes, `clock` formats dates and numbers. */
export const LANGUAGES = Object.freeze({
  en: { name: "English", tag: "en", clock: "en-GB" },
  zh: { name: "中文", tag: "zh-Hans", clock: "zh-CN" },
});

const WORDS = { en: EN, zh: ZH };
const KEPT_AS = "usher.admin.language";

export function strings(language) {
  return WORDS[language] ?? EN;
}

/** The reader's own choice, or else the first of the browser's languages that the page speaks. */
export function preferredLanguage() {
  const wishes = [localStorage.getItem(KEPT_AS), ...navigator.languages].filter(Boolean);
  return wishes.map((wish) => wish.slice(0, 2)).find((code) => code in LANGUAGES) ?? "en";
}

export function rememberLanguage(language) {
  localStorage.setItem(KEPT_AS, language);
}

/** What is read for a code of the protocol; a code that the page does not know is shown as it came. */
export function word(say, family, code) {
  if (code === null || code === undefined || code === "") return "";
  return say[family]?.[code] ?? String(code).replaceAll("_", " ");
}

/** A text of the site in the reader's language, or in any that it has. */
export function localised(text, language) {
  return text?.[language] ?? text?.en ?? text?.zh ?? "";
}
