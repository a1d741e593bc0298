// What stands together: the sections of the settings, from the top of the schema.

import { resolve, shape } from "./settings-schema.js";
import { sectionWords } from "./settings-words.js";

const SITE = ["id", "name", "kiosk", "languages", "time_zone", "knowledge"];
const WORDS = ["greeting", "prompt", "vocabulary"];

/** `[{id, title, about, path, kind, node, fields: [{path, node, kind, required}]}]`. Loose settings are gathered in two sections; each table is one. */
export function sections(root, language) {
  const all = Object.entries(root.properties).map(([name, raw]) => leaf(root, root, name, name, raw));
  const gathered = (id, names) => ({ id, ...sectionWords(id, language), kind: "fields", fields: all.filter((one) => names.includes(one.path)) });
  const known = [...SITE, ...WORDS];
  const others = all
    .filter((one) => !known.includes(one.path))
    .map((one) => ({ id: one.path, ...sectionWords(one.path, language, one.node), path: one.path, ...expanded(root, one) }));
  return [gathered("site", SITE), gathered("words", WORDS), ...others];
}

function expanded(root, one) {
  if (one.kind === "object") return { kind: "fields", fields: fieldsOf(root, one.path, one.node) };
  if (one.kind === "map") return { kind: "map", node: resolve(root, one.node.additionalProperties), fields: [] };
  return { kind: "fields", fields: [one] };
}

/** The settings of an object; what is an object in it is a setting of its own. */
export function fieldsOf(root, path, node) {
  return Object.entries(node.properties)
    .map(([name, raw]) => leaf(root, node, name, `${path}.${name}`, raw))
    .flatMap((one) => (one.kind === "object" && !one.node.optional ? fieldsOf(root, one.path, one.node) : [one]));
}

function leaf(root, parent, name, path, raw) {
  const node = resolve(root, raw);
  return { path, node, kind: shape(root, node, path.split(".").length - 1), required: (parent.required ?? []).includes(name) };
}

/** Whether a section or one of its settings has the words that are looked for. */
export function matches(section, find, wordsOf) {
  const wanted = find.toLowerCase();
  const has = (text) =>
    String(text ?? "")
      .toLowerCase()
      .includes(wanted);
  return section.fields.filter((one) => {
    const { label, about } = wordsOf(one);
    return has(label) || has(about) || has(one.path);
  });
}
