// The pieces that pages are built of. They know how something looks, not what it is about.

import { button, element, icon } from "/shared/dom.js";

const TONE_ICONS = { good: "done", warn: "alert", bad: "bad", accent: "info", "": "info" };

/** A surface with a heading. `acts` stand at its end. */
export function card({ title, note: lead, acts = [], className = "", testid, level = "h2" }, ...children) {
  const words = element("div", {}, title && element(level, { text: title }), lead && element("p", { text: lead }));
  const shown = acts.filter(Boolean);
  const head = (title || shown.length > 0) && element("header", { class: "card-head" }, words, shown.length > 0 && element("div", { class: "acts" }, ...shown));
  return element("section", { class: `card ${className}`.trim(), testid }, head, ...children.flat().filter(Boolean));
}

export function tag(text, tone = "", iconId) {
  return element("span", { class: `tag ${tone}`.trim() }, iconId && icon(iconId), element("span", { text }));
}

/** A sentence in which `commands` stand between backticks. */
export function prose(text, attributes = {}) {
  const pieces = String(text ?? "").split("`");
  return element("span", attributes, ...pieces.map((piece, index) => (index % 2 === 1 && index < pieces.length - 1 ? element("code", { text: piece }) : piece)));
}

/** A sentence that must be seen, with its repair below and one thing to do. */
export function note(tone, text, detail = null, iconId = null, ...acts) {
  return element(
    "div",
    { class: `note ${tone}`.trim(), role: tone === "bad" ? "alert" : null },
    icon(iconId ?? TONE_ICONS[tone] ?? "info"),
    element("div", {}, element("b", { text }), detail && element("p", {}, prose(detail))),
    acts.length > 0 && element("div", { class: "acts" }, ...acts),
  );
}

/** What the server refused, with its hint. */
export function refusalNote(say, refusal, ...acts) {
  const { text, detail } = refusalWords(say, refusal);
  return note(refusal.kind === "offline" ? "warn" : "bad", text, detail, null, ...acts);
}

export function refusalWords(say, refusal) {
  const known = say.refusals[refusal.kind];
  return { text: known ?? (refusal.message || say.refusals.failed), detail: [known ? refusal.message : "", refusal.hint].filter(Boolean).join(" ") };
}

/** A bar; `segments` are `{share, tone}` one behind the other, shares of the whole 0..1. */
export function bar(segments, attributes = {}) {
  let from = 0;
  const pieces = segments.map(({ share, tone = "" }) => {
    const piece = element("i", { class: tone });
    const shown = Math.max(0, Math.min(share, 1 - from));
    piece.style.setProperty("--from", String(from));
    piece.style.setProperty("--share", String(shown));
    from += shown;
    return piece;
  });
  return element("div", { class: "bar", ...attributes }, ...pieces);
}

/** A bar with its name and its figures. */
export function gauge({ label, text, share, tone = "" }) {
  return element("div", { class: "gauge" }, element("div", {}, element("span", { class: "soft", text: label }), element("b", { text })), bar([{ share, tone }]));
}

/** Names and values; a value is text or a node. */
export function facts(pairs) {
  return element("dl", { class: "facts" }, ...pairs.filter(Boolean).flatMap(([name, value]) => [element("dt", { text: name }), element("dd", {}, value)]));
}

/** A table that becomes a list of cards on a phone. Columns: `{name, cell(row), className}`; rows keep their meaning for screen readers. */
export function table({ label, columns, rows, stacked = true, className = "", testid }) {
  const head = element(
    "tr",
    { role: "row" },
    ...columns.map((column) =>
      element(
        "th",
        { role: "columnheader", scope: "col", class: column.className },
        column.name ? column.name : element("span", { class: "unseen", text: column.unseen ?? "" }),
      ),
    ),
  );
  const cell = (column, row) =>
    element(
      "td",
      { role: "cell", class: column.className, "data-label": column.name || null },
      ...[column.cell(row)].flat().filter((part) => part !== null && part !== undefined && part !== false),
    );
  const body = rows.map((row) => element("tr", { role: "row" }, ...columns.map((column) => cell(column, row))));
  return element(
    "div",
    {
      class: `table-box ${stacked ? "stacked" : "scrolls"} ${className}`.trim(),
      tabindex: stacked ? null : "0",
      role: stacked ? null : "region",
      "aria-label": stacked ? null : label,
      testid,
    },
    element("table", { role: "table", "aria-label": label }, element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...body)),
  );
}

export function empty(iconId, title, text, ...acts) {
  return element(
    "div",
    { class: "empty" },
    icon(iconId),
    element("b", { text: title }),
    text && element("p", { text }),
    acts.length > 0 && element("div", { class: "acts" }, ...acts),
  );
}

/** Something is being fetched. */
export function blank() {
  return element("div", { class: "waiting", "aria-busy": "true" }, element("i"), element("i"), element("i"));
}

/** A few choices of which one holds. `items`: [{value, label, count}]. */
export function segments(label, items, current, onChoose) {
  const one = (item) =>
    element(
      "button",
      { type: "button", "aria-pressed": String(item.value === current), testid: `choose-${item.value}`, on: { click: () => onChoose(item.value) } },
      element("span", { text: item.label }),
      item.count > 0 && element("span", { class: "count", text: String(item.count) }),
    );
  return element("div", { class: "segments", role: "group", "aria-label": label }, ...items.map(one));
}

/** The same as links: parts of a page that have addresses. */
export function tabs(label, items, current) {
  const one = (item) =>
    element(
      "a",
      { href: item.href, "aria-current": item.value === current ? "page" : null, testid: `tab-${item.value}` },
      element("span", { text: item.label }),
      item.count > 0 && element("span", { class: "count", text: String(item.count) }),
    );
  return element("nav", { class: "segments", "aria-label": label }, ...items.map(one));
}

/** A place for one file: a button, and somewhere to let it fall. */
export function dropFile({ say, accept, label, hint, testid, onFile }) {
  const input = element("input", {
    type: "file",
    accept,
    testid,
    on: {
      change: () => {
        if (input.files[0]) onFile(input.files[0]);
        input.value = "";
      },
    },
  });
  const stop = (event) => event.preventDefault();
  const box = element(
    "div",
    { class: "drop" },
    icon("upload"),
    element("label", {}, input, element("span", { class: "button" }, element("span", { text: label ?? say.chooseFile }))),
    element("span", { class: "soft", text: hint }),
  );
  box.addEventListener("dragover", (event) => {
    stop(event);
    box.classList.add("over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    stop(event);
    box.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  });
  return box;
}

/** A labelled field. */
export function field(label, control, hint) {
  return element("label", { class: "field" }, element("span", { class: "label", text: label }), control, hint && element("span", { class: "fine soft", text: hint }));
}

/** A search field that tells what it holds a moment after the last key. */
export function searchField({ label, value = "", testid, onSearch }) {
  let timer = null;
  const input = element("input", { class: "input", type: "search", value, placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false", testid });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => onSearch(input.value.trim()), 250);
  });
  return element("span", { class: "searching" }, icon("search"), input);
}

/** A way on, as a small button. */
export function goTo(href, label, className = "small") {
  return element("a", { href, class: `button ${className}` }, element("span", { text: label }), icon("next"));
}

/** A button that is busy while its act runs. */
export function actButton({ onPress, ...rest }) {
  const node = button({
    ...rest,
    onPress: async () => {
      node.disabled = true;
      try {
        await onPress();
      } finally {
        node.disabled = Boolean(rest.disabled);
      }
    },
  });
  return node;
}
