// Reads `usher.answer`. What arrives is checked for shape; its texts stay texts.

import { list, text } from "./fields.js";
import { readMedia } from "./sight-event.js";

const ANSWER_CHARS_MAX = 20_000;
const ROUTES = ["answer", "show", "errand", "clarify", "decline", "handoff"];

/** `{route, language, answer, sources, choices, handoff, media, final}` with every field of the expected kind. */
export function readAnswer(event) {
  return {
    route: ROUTES.includes(event.route) ? event.route : "answer",
    language: text(event.language) || "en",
    answer: text(event.answer, ANSWER_CHARS_MAX),
    sources: list(event.sources).map(readSource),
    choices: list(event.choices).map((choice) => ({ item: text(choice?.item), label: text(choice?.label) })),
    handoff: event.handoff ?? null,
    media: readMedia(event.media),
    final: event.final !== false,
  };
}

/** A document's file name becomes a title that can be read; an approved answer is known by having no file name. */
function readSource(source) {
  const document = text(source?.document);
  const isFile = /\.(md|markdown|txt|html?|pdf|docx|csv)$/i.test(document);
  const name = document.replace(/^.*\//, "").replace(/(\.(en|zh))?\.[a-z]+$/i, "").replace(/[-_]+/g, " ").trim();
  return {
    document,
    title: isFile ? name.charAt(0).toUpperCase() + name.slice(1) : null,
    section: text(source?.section).replace(/\s*>\s*/g, " › "),
    quote: text(source?.quote, ANSWER_CHARS_MAX),
  };
}
