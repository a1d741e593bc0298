// What the last verifying or measuring brought: lines if the job told lines, or the values that it told.

import { element } from "/shared/dom.js";
import { card, facts, note } from "./parts.js";

/** `kept`: `{kind, result}` of the last job, or nothing. A result is a sentence, a list of lines `{name, value|finding}`, or values by name. */
export function outcomeCard(say, kept) {
  if (!kept) return null;
  const { kind, result } = kept;
  if (kind === "verify" && !result) return note("good", say.verified);
  const title = kind === "verify" ? say.verify : say.measured;
  if (typeof result === "string") return note("good", title, result);
  const lines = Array.isArray(result) ? result : (result?.lines ?? Object.entries(result ?? {}).map(([name, value]) => ({ name, value })));
  return card({ title, className: "outcome", testid: "outcome" }, facts(lines.map((line) => [line.name ?? line.model ?? line.what ?? "", words(line)])));
}

function words(line) {
  const value =
    line.value ??
    line.finding ??
    Object.entries(line)
      .filter(([name]) => !["name", "model", "what"].includes(name))
      .map(([name, one]) => `${name.replaceAll("_", " ")} ${one}`)
      .join(" · ");
  return element("span", { text: typeof value === "object" ? JSON.stringify(value) : String(value) });
}
