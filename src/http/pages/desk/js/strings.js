// The words of the page in the agent's language, which is not the visitor's.

import { LANGUAGES, languageChoice } from "/shared/languages.js";
import { EN } from "./strings-en.js";
import { ZH } from "./strings-zh.js";

export { LANGUAGES };
export { word } from "/shared/languages.js";

const WORDS = { en: EN, zh: ZH };

export const { preferred: preferredLanguage, remember: rememberLanguage } = languageChoice("usher.desk.language");

export function strings(language) {
  return WORDS[language] ?? EN;
}

/** A visitor's language by its name in the agent's. */
export function languageName(say, code) {
  return say.languageNames[code] ?? code;
}

/** For `lang` attributes. */
export function languageTag(code) {
  return LANGUAGES[code]?.tag ?? code;
}
