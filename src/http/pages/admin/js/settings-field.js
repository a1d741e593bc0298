// One setting on the screen: its name, where its value comes from, its control, the way back to the default, and why it was refused.

import { button, element } from "/shared/dom.js";
import { prose, tag } from "./parts.js";
import { control } from "./settings-compound.js";
import { REMOVED } from "./settings-draft.js";
import { fieldWords } from "./settings-words.js";

const WIDE = ["list", "json", "texts"];

/** `form`: `{root, draft, origins, restart, fields, say, language, disabled, onEdit(), onForm(), onFault()}`; `node` is resolved, `kind` its shape. */
export function settingField(form, { path, node, kind, required }) {
  const { say, draft, language } = form;
  const { label, about } = fieldWords(path, node, language);
  const id = `setting-${path.replaceAll(/[^a-z0-9]+/gi, "-")}`;
  const refused = reasonFor(form, path);
  const isDefault = draft.value(path) === REMOVED;
  const line = element("div", { class: `setting${WIDE.includes(kind) ? " wide" : ""}`, testid: `setting-${path}` });
  const value = isDefault ? (node.default ?? null) : (draft.value(path) ?? node.default ?? null);
  const edit = (next) => {
    draft.set(path, next);
    line.classList.add("touched");
    mark();
    form.onEdit();
  };
  const marks = element("span", { class: "tags" });
  const mark = () => {
    const isChanged = draft.isChanged(path);
    line.classList.toggle("changed", isChanged);
    marks.replaceChildren(...badges(form, path, isChanged).filter(Boolean));
    undo.hidden = !isChanged;
    const isSame = JSON.stringify(draft.original(path) ?? null) === JSON.stringify(node.default ?? null);
    reset.hidden = isChanged || required || isSame || [null, "default"].includes(origin(form, path));
  };
  const undo = button({
    label: say.undo,
    className: "quiet small",
    testid: `undo-${path}`,
    "aria-label": `${say.undo}: ${label}`,
    disabled: form.disabled,
    onPress: () => {
      draft.undo(path);
      form.onForm();
      form.onEdit();
    },
  });
  const reset = button({
    label: say.toDefault,
    className: "quiet small",
    testid: `default-${path}`,
    "aria-label": `${say.toDefault}: ${label}`,
    disabled: form.disabled,
    onPress: () => {
      draft.remove(path);
      form.onForm();
      form.onEdit();
    },
  });
  const part = control({ ...form, node, value, path, label, id, testid: `field-${path}`, isInvalid: Boolean(refused), onChange: edit });
  line.append(
    element(
      "div",
      { class: "setting-words" },
      element("div", { class: "setting-name" }, element("b", { text: label }), marks),
      about && element("p", { class: "small soft", id: `${id}-about` }, prose(about)),
      isPinned(form, path) && element("p", { class: "fine warn", text: say.pinnedNote }),
    ),
    element(
      "div",
      { class: "setting-control" },
      part,
      element("p", { class: "problem", id: `${id}-problem`, role: refused ? "alert" : null, testid: `problem-${path}`, text: refused ?? "" }),
    ),
    element("div", { class: "setting-acts" }, form.disabled ? "" : undo, form.disabled ? "" : reset),
  );
  mark();
  return line;
}

function badges(form, path, isChanged) {
  const { say } = form;
  const from = origin(form, path);
  const pinned = isPinned(form, path);
  return [
    isChanged && tag(say.changed, "accent"),
    needsRestart(form, path) && tag(say.afterRestart, "warn"),
    pinned ? tag(say.origins[from], "warn") : from === "default" && !isChanged && tag(say.origins.default),
  ];
}

/** Whether the value comes from outside the file, so that changing the file does nothing. */
function isPinned(form, path) {
  return ["environment", "command line"].includes(origin(form, path));
}

/** Where the value comes from: its own word, or that of the nearest above or below it. */
export function origin({ origins }, path) {
  if (origins[path]) return origins[path];
  const below = Object.keys(origins).filter((other) => other.startsWith(`${path}.`));
  const strongest = below.map((other) => origins[other]).find((one) => one !== "default");
  const above = Object.keys(origins).find((other) => path.startsWith(`${other}.`));
  return strongest ?? (below.length > 0 ? "default" : origins[above]) ?? null;
}

export function needsRestart({ restart }, path) {
  return restart.some((one) => one === path || path.startsWith(`${one}.`) || one.startsWith(`${path}.`));
}

/** Why the server refused this value, or a part of it. */
function reasonFor({ fields }, path) {
  const found = fields.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
  return found.length > 0 ? found.map((one) => (one.path === path ? one.reason : `${one.path.slice(path.length + 1)}: ${one.reason}`)).join(" ") : null;
}
