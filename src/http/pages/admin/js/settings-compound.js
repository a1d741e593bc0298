// The controls of settings that hold others: objects, kinds with their own parts, lists, and JSON where a form would be too deep.

import { button, element, icon } from "/shared/dom.js";
import { choiceControl, choicesControl, colourControl, localisedControl, numberControl, switchControl, textControl, textsControl } from "./settings-controls.js";
import { prose } from "./parts.js";
import { blankOf, misfit, resolve, shape, variants } from "./settings-schema.js";
import { fieldWords, optionWords } from "./settings-words.js";
import { localised } from "./strings.js";

const SIMPLE = {
  text: textControl,
  number: numberControl,
  switch: switchControl,
  choice: choiceControl,
  colour: colourControl,
  localised: localisedControl,
  texts: textsControl,
};
const COMPOUND = { object: objectControl, tagged: taggedControl, list: listControl };

/** The control for a node, whatever its shape. `given`: `{root, node, value, onChange, onForm, path, label, say, language, disabled, id, testid}`; `onForm` draws anew. */
export function control(given) {
  const kind = shape(given.root, given.node, given.path.split(".").length);
  if (given.node.optional && ["object", "tagged"].includes(kind)) return optionalControl(given, kind);
  if (kind === "choices") return choicesControl({ ...given, itemNode: resolve(given.root, given.node.items) });
  return (SIMPLE[kind] ?? COMPOUND[kind] ?? jsonControl)(given);
}

/** Parts below one another, each with its name and what it is for. */
function objectControl(given) {
  const value = { ...given.value };
  const part = ([name, raw]) => {
    const path = `${given.path}.${name}`;
    const node = resolve(given.root, raw);
    const { label, about } = fieldWords(path, node, given.language);
    const id = `${given.id}-${name}`;
    const change = (next) => {
      if (next === null && !(given.node.required ?? []).includes(name)) delete value[name];
      else value[name] = next;
      given.onChange({ ...value });
    };
    return element(
      "div",
      { class: "part" },
      element("span", { class: "part-name", text: label }),
      about && prose(about, { class: "fine soft", id: `${id}-about` }),
      control({ ...given, without: undefined, node, path, label, id, testid: `${given.testid}.${name}`, value: value[name] ?? node.default ?? null, onChange: change }),
    );
  };
  return element(
    "div",
    { class: "parts" },
    ...Object.entries(given.node.properties)
      .filter(([name]) => name !== given.without)
      .map(part),
  );
}

function taggedControl(given) {
  const { tag, variants: kinds } = variants(given.root, given.node);
  const current = kinds.find((one) => one.value === given.value?.[tag]) ?? kinds[0];
  const choice = choiceControl({
    ...given,
    path: `${given.path}.${tag}`,
    node: { oneOf: kinds.map((one) => ({ const: one.value, description: one.description })) },
    value: current.value,
    onChange: (value) => {
      given.onChange({ ...blankOf(given.root, kinds.find((one) => one.value === value).node), [tag]: value });
      given.onForm();
    },
  });
  const hasParts = Object.keys(current.node.properties).length > 1;
  return element("div", { class: "stack tight" }, choice, hasParts && objectControl({ ...given, node: current.node, without: tag }));
}

function optionalControl(given, kind) {
  const isOn = given.value !== null && given.value !== undefined;
  const set = (on) => {
    given.onChange(on ? blankOf(given.root, { ...given.node, default: undefined, optional: false }) : null);
    given.onForm();
  };
  return element("div", { class: "stack tight" }, switchControl({ ...given, value: isOn, onChange: set }), isOn && COMPOUND[kind](given));
}

/** Objects one below the other, each in a fold. */
function listControl(given) {
  const { root, say } = given;
  const items = [...(given.value ?? [])];
  const itemNode = resolve(root, given.node.items);
  const tell = () => given.onChange([...items]);
  const remake = (change) => {
    change();
    tell();
    given.onForm();
  };
  const act = (iconId, label, index, change, isOff) =>
    button({
      iconId,
      className: "quiet small icon-only",
      "aria-label": `${label} ${index + 1}`,
      disabled: given.disabled || isOff,
      testid: `${given.testid}.${index}-${iconId}`,
      onPress: () => remake(change),
    });
  const one = (value, index) =>
    element(
      "details",
      { class: "fold entry", testid: `${given.testid}.${index}` },
      element("summary", {}, icon("next", "icon turns"), element("span", { class: "entry-name", text: nameOf(value, given.language) || `${index + 1}` })),
      control({
        ...given,
        node: itemNode,
        value,
        path: `${given.path}.${index}`,
        id: `${given.id}-${index}`,
        testid: `${given.testid}.${index}`,
        onChange: (next) => {
          items[index] = next;
          tell();
        },
      }),
      element(
        "div",
        { class: "acts end" },
        act("up", say.moveUp, index, () => items.splice(index - 1, 0, ...items.splice(index, 1)), index === 0),
        act("down", say.moveDown, index, () => items.splice(index + 1, 0, ...items.splice(index, 1)), index === items.length - 1),
        act("trash", say.remove, index, () => items.splice(index, 1), false),
      ),
    );
  const add =
    !given.disabled &&
    button({
      label: say.add,
      iconId: "plus",
      className: "small",
      testid: `${given.testid}-add`,
      onPress: () => {
        remake(() => items.push(blankOf(root, given.node.items)));
        opened(`${given.testid}.${items.length - 1}`);
      },
    });
  return element("div", { class: "entries" }, ...items.map(one), add && element("div", { class: "acts" }, add));
}

/** What was just added is there to be filled in. */
function opened(testid) {
  document.querySelector(`[data-testid="${CSS.escape(testid)}"]`)?.setAttribute("open", "");
}

/** JSON, checked while it is typed: what does not fit is said and not taken. */
export function jsonControl(given) {
  const { say } = given;
  const shown = given.value === null || given.value === undefined ? "" : JSON.stringify(given.value, null, 2);
  const problem = element("span", { class: "problem" });
  const area = element("textarea", {
    class: "input code",
    rows: Math.min(16, Math.max(3, shown.split("\n").length)),
    spellcheck: "false",
    id: given.id,
    testid: given.testid,
    "aria-label": `${given.label} (JSON)`,
    "aria-describedby": `${given.id}-about ${given.id}-problem`,
    disabled: given.disabled,
    text: shown,
  });
  area.addEventListener("input", () => {
    const { value, fault } = read(given, area.value);
    problem.textContent = fault ?? "";
    area.setAttribute("aria-invalid", String(Boolean(fault)));
    given.onFault?.(given.path, fault ?? null);
    if (!fault) given.onChange(value);
  });
  return element("span", { class: "field" }, element("span", { class: "fine soft", text: say.jsonNote }), area, problem);
}

function read(given, text) {
  const { say } = given;
  if (text.trim() === "" && given.node.optional) return { value: null };
  try {
    const value = JSON.parse(text);
    const found = misfit(given.root, given.node, value);
    return found ? { fault: say.misfit(found.path, say.misfits[found.reason] ?? found.reason) } : { value };
  } catch (error) {
    return { fault: say.noJson(error.message) };
  }
}

/** What an entry of a list is called by. */
function nameOf(value, language) {
  if (value?.label) return localised(value.label, language);
  if (value?.title) return localised(value.title, language);
  if (value?.days?.length > 0) return `${value.days.map((code) => optionWords("", { value: code }, language).label).join(", ")} ${value.from ?? ""}–${value.to ?? ""}`;
  return value?.id ?? value?.name ?? "";
}
