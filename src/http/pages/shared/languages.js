// The languages of the pages, the choice of one, and what is read for a code. Remembers the reader's choice and nothing else.

/** `tag` goes into `lang` attributes, `clock` formats dates and numbers, `short` stands on small buttons. */
export const LANGUAGES = Object.freeze({
  en: { name: "English", short: "EN", tag: "en", clock: "en-GB" },
  zh: { name: "中文", short: "中文", tag: "zh-Hans", clock: "zh-CN" },
});

/** The reader's choice of language, kept in this browser under `keptAs`. */
export function languageChoice(keptAs) {
  return {
    /** The reader's own choice, or else the first of the browser's languages that the page speaks. */
    preferred() {
      const wishes = [localStorage.getItem(keptAs), ...navigator.languages].filter(Boolean);
      return wishes.map((wish) => wish.slice(0, 2)).find((code) => code in LANGUAGES) ?? "en";
    },
    remember(language) {
      localStorage.setItem(keptAs, language);
    },
  };
}

/** What is read for a code of the protocol; a code that the page does not know is shown as it came. */
export function word(say, family, code) {
  if (code === null || code === undefined || code === "") return "";
  return say[family]?.[code] ?? String(code).replaceAll("_", " ");
}
