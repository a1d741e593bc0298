// The simple controls of settings: one function a shape. Each is given `{node, value, onChange, label, say, language, disabled, id, ...}` and knows nothing else.

import { element } from "/shared/dom.js";
import { prose } from "./parts.js";
import { options } from "./settings-schema.js";
import { LANGUAGES } from "./strings.js";
import { optionWords, unitOf } from "./settings-words.js";

const LONG_TEXT = 36;

export function textControl({ node, value, onChange, ...rest }) {
  const input = element("input", {
    class: "input",
    value: value ?? "",
    placeholder: node.optional ? rest.say.notSet : null,
    spellcheck: "false",
    autocomplete: "off",
    ...named(rest),
    on: { input: () => onChange(input.value === "" && node.optional ? null : input.value) },
  });
  if (rest.path !== "time_zone" || !Intl.supportedValuesOf) return input;
  input.setAttribute("list", "time-zones");
  return element("span", {}, input, element("datalist", { id: "time-zones" }, ...Intl.supportedValuesOf("timeZone").map((zone) => element("option", { value: zone }))));
}

export function numberControl({ node, value, onChange, ...rest }) {
  const step = node.type === "integer" ? 1 : "any";
  const read = () => (input.value === "" ? null : Number(input.value));
  const input = element("input", {
    class: "input",
    type: "number",
    inputmode: "decimal",
    step,
    min: node.minimum,
    max: node.maximum,
    value: value ?? "",
    placeholder: node.optional ? rest.say.notSet : null,
    ...named(rest),
    on: { input: () => onChange(read()) },
  });
  const unit = unitOf(rest.path, rest.language);
  return element("span", { class: "with-unit" }, input, unit && element("span", { class: "small soft", text: unit }));
}

export function switchControl({ value, onChange, ...rest }) {
  const word = element("span", { text: value ? rest.say.on : rest.say.off });
  const input = element("input", {
    type: "checkbox",
    role: "switch",
    checked: value === true,
    ...named(rest),
    on: {
      change: () => {
        word.textContent = input.checked ? rest.say.on : rest.say.off;
        onChange(input.checked);
      },
    },
  });
  return element("label", { class: "switch" }, input, word);
}

export function choiceControl({ node, value, onChange, ...rest }) {
  const all = options(node);
  const about = (wanted) => {
    const found = all.find((one) => String(one.value) === String(wanted));
    return found ? optionWords(rest.path, found, rest.language).description : "";
  };
  const note = element("span", { class: "fine soft" }, prose(about(value)));
  const pick = () => {
    note.replaceChildren(prose(about(select.value)));
    onChange(select.value === "" ? null : all.find((one) => String(one.value) === select.value).value);
  };
  const select = element(
    "select",
    { class: "input", ...named(rest), on: { change: pick } },
    node.optional && element("option", { value: "", text: rest.say.notSet }),
    ...all.map((one) => element("option", { value: one.value, selected: one.value === value, text: optionWords(rest.path, one, rest.language).label })),
  );
  return element("span", { class: "field" }, select, note);
}

export function colourControl({ value, onChange, ...rest }) {
  const text = element("input", {
    class: "input code",
    value: value ?? "",
    spellcheck: "false",
    ...named(rest),
    on: {
      input: () => {
        if (/^#[0-9a-f]{6}$/i.test(text.value)) swatch.value = text.value;
        onChange(text.value);
      },
    },
  });
  const swatch = element("input", {
    type: "color",
    class: "swatch",
    value: value ?? "#000000",
    disabled: rest.disabled,
    "aria-label": `${rest.label}: ${rest.say.pickColour}`,
    on: {
      input: () => {
        text.value = swatch.value;
        onChange(swatch.value);
      },
    },
  });
  return element("span", { class: "with-unit" }, swatch, text);
}

export function localisedControl({ value, onChange, ...rest }) {
  const words = { ...value };
  const one = (code) => {
    const isLong = Object.values(words).some((text) => (text ?? "").length > LONG_TEXT);
    const attributes = {
      class: "input",
      lang: LANGUAGES[code].tag,
      ...named(rest),
      id: `${rest.id}-${code}`,
      testid: `${rest.testid}-${code}`,
      "aria-label": `${rest.label}: ${LANGUAGES[code].name}`,
      on: {
        input: () => {
          words[code] = input.value;
          onChange({ ...words });
        },
      },
    };
    const input = isLong ? element("textarea", { rows: 2, ...attributes, text: words[code] ?? "" }) : element("input", { ...attributes, value: words[code] ?? "" });
    return element("span", { class: "in-language" }, element("span", { class: "fine soft", "aria-hidden": "true", text: LANGUAGES[code].name }), input);
  };
  return element("span", { class: "both" }, ...Object.keys(LANGUAGES).map(one));
}

/** A list of texts, one a line: long ones are pasted and looked over at once. */
export function textsControl({ value, onChange, ...rest }) {
  const read = () =>
    area.value
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const area = element("textarea", {
    class: "input lines",
    rows: Math.min(8, Math.max(3, (value ?? []).length)),
    spellcheck: "false",
    ...named(rest),
    text: (value ?? []).join("\n"),
    on: {
      input: () => {
        const lines = read();
        count.textContent = rest.say.linesCount(lines.length);
        onChange(lines);
      },
    },
  });
  const count = element("span", { class: "fine soft figures", text: rest.say.linesCount((value ?? []).length) });
  return element("span", { class: "field" }, area, count);
}

/** Several of an enumeration, kept in the order of choosing. */
export function choicesControl({ node, itemNode, value, onChange, ...rest }) {
  let chosen = [...(value ?? [])];
  const one = (option) => {
    const box = element("input", {
      type: "checkbox",
      checked: chosen.includes(option.value),
      disabled: rest.disabled,
      testid: `${rest.testid}-${option.value}`,
      on: {
        change: () => {
          chosen = box.checked ? [...chosen, option.value] : chosen.filter((other) => other !== option.value);
          onChange(chosen);
        },
      },
    });
    return element("label", { class: "choice" }, box, element("span", { text: optionWords(rest.path, option, rest.language).label }));
  };
  return element("span", { class: "choices", role: "group", "aria-label": rest.label }, ...options(itemNode).map(one));
}

/** What lets a label, a description and a refusal belong to the control. */
function named({ id, testid, label, disabled, isInvalid }) {
  return { id, testid, "aria-label": label, "aria-describedby": `${id}-about ${id}-problem`, "aria-invalid": isInvalid ? "true" : null, disabled };
}
