// The words of the frame in the reader's language. Each page brings its own.

import { languageChoice } from "/shared/languages.js";
import { EN } from "./strings-en.js";
import { ZH } from "./strings-zh.js";

export { LANGUAGES, word } from "/shared/languages.js";

const WORDS = { en: EN, zh: ZH };

export const { preferred: preferredLanguage, remember: rememberLanguage } = languageChoice("usher.admin.language");

export function strings(language) {
  return WORDS[language] ?? EN;
}

/** What the server found, `{..., zh: {...}}`, with its sentences in the reader's language. */
export function told(found, language) {
  return { ...found, ...found[language] };
}

/** A text of the site in the reader's language, or in any that it has. */
export function localised(text, language) {
  return text?.[language] ?? text?.en ?? text?.zh ?? "";
}
