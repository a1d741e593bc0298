// Marks the clause that is being spoken inside the answer, without touching its nodes (CSS Custom Highlight API).

const NAME = "spoken";

export class SpokenMark {
  #element;
  #cursor = 0;
  #count = 0;

  constructor(element) {
    this.#element = element;
  }

  clear() {
    this.#cursor = 0;
    this.#count = 0;
    globalThis.CSS?.highlights?.delete(NAME);
  }

  /** Marks the newest of `captions` where the answer holds it word for word, while it is heard; else nothing is marked. */
  follow(captions, isHeard) {
    if (captions.length < this.#count) this.clear();
    const isNew = captions.length > this.#count;
    this.#count = captions.length;
    const clause = captions.at(-1)?.trim();
    const node = this.#element.firstChild;
    if (!isHeard || !clause || !node) return this.#show(null);
    const from = node.data.indexOf(clause, isNew ? this.#cursor : 0);
    if (from < 0) return this.#show(null);
    this.#cursor = from + clause.length;
    const range = new Range();
    range.setStart(node, from);
    range.setEnd(node, this.#cursor);
    return this.#show(range);
  }

  #show(range) {
    const marks = globalThis.CSS?.highlights;
    marks?.delete(NAME);
    if (!marks || !range) return;
    marks.set(NAME, new Highlight(range));
    this.#reveal(range);
  }

  /** A long answer scrolls with the voice. */
  #reveal(range) {
    const box = range.getBoundingClientRect();
    const stage = this.#element.closest("main");
    const frame = stage.getBoundingClientRect();
    if (box.bottom > frame.bottom || box.top < frame.top) stage.scrollBy({ top: box.top - frame.top - frame.height / 3, behavior: "smooth" });
  }
}
