// The words of the page in the agent's language, which is not the visitor's. Remembers the agent's choice and nothing else.

import { EN } from "./strings-en.js";
import { ZH } from "./strings-zh.js";

/** Languages of the page, and of visitors: `tag` goes into `lang` attributes, `clock` formats dates and times. */
export const LANGUAGES = Object.freeze({
  en: { name: "English", tag: "en", clock: "en-GB" },
  zh: { name: "中文", tag: "zh-Hans", clock: "zh-CN" },
});

const WORDS = { en: EN, zh: ZH };
const KEPT_AS = "usher.desk.language";

export function strings(language) {
  return WORDS[language] ?? EN;
}

/** The agent's own choice, or else the first of the browser's languages that the page speaks. */
export function preferredLanguage() {
  const wishes = [localStorage.getItem(KEPT_AS), ...navigator.languages].filter(Boolean);
  return wishes.map((wish) => wish.slice(0, 2)).find((code) => code in LANGUAGES) ?? "en";
}

export function rememberLanguage(language) {
  localStorage.setItem(KEPT_AS, language);
}

/** What the agent reads for a code of the protocol; a code that the page does not know is shown as it came. */
export function word(say, family, code) {
  if (code === null || code === undefined || code === "") return "";
  return say[family]?.[code] ?? String(code).replaceAll("_", " ");
}

/** A visitor's language by its name in the agent's. */
export function languageName(say, code) {
  return say.languageNames[code] ?? code;
}

/** For `lang` attributes. */
export function languageTag(code) {
  return LANGUAGES[code]?.tag ?? code;
}
