// Windows that stand before everything: a question with yes and no, or a form. The browser keeps the focus in them and gives it back.

import { button, element } from "/shared/dom.js";

/** Shows a window of `content(close)` and resolves with what `close` was given; undefined when it was closed otherwise. */
export function windowed({ say, title, className = "", testid }, content) {
  return new Promise((resolve) => {
    let result;
    const close = (value) => {
      result = value;
      node.close();
    };
    const id = `window-${testid ?? "any"}`;
    const cross = button({ iconId: "close", className: "quiet icon-only small", "aria-label": say.close, testid: "window-close", onPress: () => close(undefined) });
    const node = element(
      "dialog",
      {
        class: `window ${className}`.trim(),
        testid,
        "aria-labelledby": id,
        on: {
          close: () => {
            node.remove();
            resolve(result);
          },
        },
      },
      element("header", { class: "window-head" }, element("h2", { id, text: title }), cross),
      ...content(close).flat().filter(Boolean),
    );
    document.body.append(node);
    node.showModal();
  });
}

/** A yes or no. `typed`: a word that has to be typed before yes can be pressed. */
export function confirm({ say, title, text, yes, danger = false, typed = null }) {
  return windowed({ say, title, testid: "confirm" }, (close) => {
    const go = button({ label: yes, className: danger ? "danger" : "primary", testid: "confirm-yes", disabled: typed !== null, onPress: () => close(true) });
    const input =
      typed !== null &&
      element("input", {
        class: "input",
        autocomplete: "off",
        spellcheck: "false",
        autocapitalize: "none",
        testid: "confirm-typed",
        on: {
          input: () => {
            go.disabled = input.value.trim() !== typed;
          },
        },
      });
    const ask = input && element("label", { class: "field" }, element("span", { class: "label", text: say.typeToConfirm(typed) }), input);
    return [
      element("p", { class: "soft", text }),
      ask,
      element("div", { class: "acts end" }, button({ label: say.cancel, className: "quiet", testid: "confirm-no", onPress: () => close(false) }), go),
    ];
  });
}

/** A form in a window: `fields` are nodes, `onSubmit` returns true when it may close, or a sentence of what is wrong. */
export function formWindow({ say, title, yes, testid }, fields, onSubmit) {
  return windowed({ say, title, testid }, (close) => {
    const problem = element("p", { class: "problem", role: "alert", testid: "form-problem" });
    const submit = button({ label: yes, className: "primary", type: "submit", testid: "form-yes" });
    const send = async (event) => {
      event.preventDefault();
      submit.disabled = true;
      problem.textContent = "";
      const outcome = await onSubmit();
      submit.disabled = false;
      if (outcome === true) close(true);
      else problem.textContent = outcome ?? "";
    };
    return [
      element(
        "form",
        { class: "stack", on: { submit: send } },
        ...fields,
        problem,
        element("div", { class: "acts end" }, button({ label: say.cancel, className: "quiet", onPress: () => close(undefined) }), submit),
      ),
    ];
  });
}
