// Tables with names of the site's own, such as [camera.NAME]: each a fold of settings, new ones, and gone ones.

import { button, element, icon } from "/shared/dom.js";
import { confirm, formWindow } from "./dialogs.js";
import { empty, field, tag } from "./parts.js";
import { settingField } from "./settings-field.js";
import { blankOf } from "./settings-schema.js";
import { fieldsOf } from "./settings-sections.js";
import { localised } from "./strings.js";

const NAME_FORM = /^[a-z0-9][a-z0-9_-]*$/;

export function mapEntries(form, section) {
  const { say, draft } = form;
  const names = draft.names(section.path);
  const add =
    !form.disabled && button({ label: say.addEntry, iconId: "plus", className: "small", testid: `add-${section.path}`, onPress: () => addEntry(form, section) });
  const body = names.length > 0 ? names.map((name) => entry(form, section, name)) : [empty("plus", say.noEntries, say.noEntriesNote)];
  return element("div", { class: "entries" }, ...body, add && element("div", { class: "acts" }, add));
}

function entry(form, section, name) {
  const { say, draft, language } = form;
  const path = `${section.path}.${name}`;
  const changed = draft.paths().some((one) => one === path || one.startsWith(`${path}.`));
  const refused = form.fields.some((one) => one.path === path || one.path.startsWith(`${path}.`));
  const title = localised(draft.value(path)?.title, language);
  const remove =
    !form.disabled && button({ label: say.remove, iconId: "trash", className: "danger small", testid: `remove-${path}`, onPress: () => removeEntry(form, path, name) });
  return element(
    "details",
    { class: "fold entry", open: refused, testid: `entry-${path}` },
    element(
      "summary",
      {},
      icon("next", "icon turns"),
      element("code", { text: name }),
      element("span", { class: "entry-name soft", text: title }),
      changed && tag(say.changed, "accent"),
      refused && tag(say.refused, "bad"),
    ),
    element("div", { class: "settings-list" }, ...fieldsOf(form.root, path, section.node).map((one) => settingField(form, one))),
    remove && element("div", { class: "acts end" }, remove),
  );
}

async function addEntry(form, section) {
  const { say, draft } = form;
  const input = element("input", { class: "input code", required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false", testid: "entry-name" });
  const done = await formWindow({ say, title: say.addEntry, yes: say.add, testid: "entry-window" }, [field(say.entryName, input, say.entryNameNote)], () => {
    const name = input.value.trim();
    if (!NAME_FORM.test(name)) return say.entryNameNote;
    return draft.names(section.path).includes(name) ? say.entryThere : true;
  });
  if (!done) return;
  const path = `${section.path}.${input.value.trim()}`;
  draft.set(path, blankOf(form.root, { ...section.node, default: undefined }));
  form.onEdit();
  form.onForm();
  document.querySelector(`[data-testid="${CSS.escape(`entry-${path}`)}"]`)?.setAttribute("open", "");
}

async function removeEntry(form, path, name) {
  const { say, draft } = form;
  if (!(await confirm({ say, title: say.removeEntry(name), text: say.removeEntryText, yes: say.remove, danger: true }))) return;
  draft.remove(path);
  form.onEdit();
  form.onForm();
}
