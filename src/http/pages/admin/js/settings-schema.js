// Reads the JSON schema of the site file: what a value looks like, and so which control it gets. Knows no control.

const DEEP = 3;

/** A schema's node with its reference followed and "or nothing" taken off: `{...schema, optional}`. */
export function resolve(root, node) {
  let found = node ?? {};
  let optional = false;
  for (let step = 0; step < 8; step++) {
    if (found.$ref) {
      const { $ref, ...beside } = found;
      found = { ...root.$defs?.[$ref.split("/").at(-1)], ...beside };
    } else if (found.anyOf?.some((one) => one.type === "null")) {
      const { anyOf, ...beside } = found;
      const rest = anyOf.filter((one) => one.type !== "null");
      found = rest.length === 1 ? { ...rest[0], ...beside } : { ...beside, anyOf: rest };
      optional = true;
    } else if (Array.isArray(found.type)) {
      optional ||= found.type.includes("null");
      found = { ...found, type: found.type.find((one) => one !== "null") };
    } else break;
  }
  return { ...found, optional };
}

/** Which control shows a resolved node: "localised", "choice", "switch", "number", "colour", "text", "choices", "texts", "list", "tagged", "object", "map" or "json". */
export function shape(root, node, depth = 0) {
  if (options(node)) return "choice";
  if (variants(root, node)) return "tagged";
  if (node.type === "boolean") return "switch";
  if (["integer", "number"].includes(node.type)) return "number";
  if (node.type === "string") return /#rrggbb/.test(node.description ?? "") ? "colour" : "text";
  if (node.type === "array") return arrayShape(root, node, depth);
  if (node.type === "object" && node.properties) return isLocalised(node) ? "localised" : "object";
  if (node.type === "object" && node.additionalProperties?.$ref && depth < 1) return "map";
  return "json";
}

function arrayShape(root, node, depth) {
  const items = resolve(root, node.items);
  if (options(items)) return "choices";
  if (items.type === "string") return "texts";
  return items.properties && depth < DEEP && isFlat(root, items) ? "list" : "json";
}

/** Whether every part of an object has a control of its own. */
function isFlat(root, node) {
  return Object.values(node.properties).every((part) => !["json", "map", "list"].includes(shape(root, resolve(root, part), DEEP)));
}

function isLocalised(node) {
  const names = Object.keys(node.properties);
  return names.length > 0 && names.every((name) => ["en", "zh"].includes(name));
}

/** `[{value, description}]` of an enumeration, or null. */
export function options(node) {
  const plain = (values) => values.map((value) => ({ value, description: "" }));
  if (node.enum) return plain(node.enum);
  if (!node.oneOf?.every((one) => one.const !== undefined || one.enum)) return null;
  return node.oneOf.flatMap((one) => (one.enum ? plain(one.enum) : [{ value: one.const, description: one.description ?? "" }]));
}

/** Objects told apart by a constant: `{tag, variants: [{value, description, node}]}`, or null. */
export function variants(root, node) {
  const all = node.oneOf?.map((one) => resolve(root, one));
  if (!all?.every((one) => one.type === "object" && one.properties)) return null;
  const tag = Object.keys(all[0].properties).find((name) => all.every((one) => one.properties[name]?.const !== undefined));
  return tag ? { tag, variants: all.map((one) => ({ value: one.properties[tag].const, description: one.description ?? "", node: one })) } : null;
}

/** Something of a node's form to begin with. */
export function blankOf(root, raw) {
  const node = resolve(root, raw);
  if (node.default !== undefined) return structuredClone(node.default);
  if (node.optional) return null;
  const kinds = variants(root, node);
  if (kinds) return { [kinds.tag]: kinds.variants[0].value };
  if (options(node)) return options(node)[0].value;
  if (node.type === "array") return [];
  if (node.type === "boolean") return false;
  if (["integer", "number"].includes(node.type)) return node.minimum ?? 0;
  if (node.type !== "object") return "";
  if (node.properties && isLocalised(node)) return { en: "", zh: "" };
  return Object.fromEntries((node.required ?? []).map((name) => [name, blankOf(root, node.properties[name])]));
}

/** The first thing that does not fit the schema, as `{path, reason}`; a light check before the server's own. `reason` is a key of the words. */
export function misfit(root, raw, value, path = "") {
  const node = resolve(root, raw);
  if (value === null || value === undefined) return node.optional ? null : { path, reason: "missing" };
  if (node.anyOf) return node.anyOf.some((one) => misfit(root, one, value) === null) ? null : { path, reason: "form" };
  const kinds = variants(root, node);
  if (kinds) {
    const kind = kinds.variants.find((one) => one.value === value?.[kinds.tag]);
    return kind ? misfit(root, kind.node, value, path) : { path: join(path, kinds.tag), reason: "option" };
  }
  if (options(node)) return options(node).some((one) => one.value === value) ? null : { path, reason: "option" };
  if (node.const !== undefined) return value === node.const ? null : { path, reason: "option" };
  if (node.type === "array")
    return Array.isArray(value) ? first(value.map((one, index) => () => misfit(root, node.items, one, join(path, index)))) : { path, reason: "list" };
  if (node.type === "object") return objectMisfit(root, node, value, path);
  const types = { string: "string", boolean: "boolean", integer: "number", number: "number" };
  return !node.type || typeof value === types[node.type] ? null : { path, reason: node.type };
}

function objectMisfit(root, node, value, path) {
  if (typeof value !== "object" || Array.isArray(value)) return { path, reason: "object" };
  const missing = (node.required ?? []).find((name) => !(name in value));
  if (missing) return { path: join(path, missing), reason: "missing" };
  return first(
    Object.entries(value).map(([name, one]) => () => {
      const part = node.properties?.[name] ?? (node.additionalProperties || undefined);
      return part ? misfit(root, part, one, join(path, name)) : { path: join(path, name), reason: "unknown" };
    }),
  );
}

function first(checks) {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return null;
}

function join(path, name) {
  return path ? `${path}.${name}` : String(name);
}
