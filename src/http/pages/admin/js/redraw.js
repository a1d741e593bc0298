// Replaces what stands in a part of the page without taking the reader's place away: focus, folds and scroll stay.

/** Children with a `testid` are found again by it. */
export function redraw(node, ...children) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  const open = [...node.querySelectorAll("details[data-testid]")].map((fold) => [fold.dataset.testid, fold.open]);
  const scrolled = [...node.querySelectorAll(".scrolls[data-testid]")].map((box) => [box.dataset.testid, box.scrollTop]);
  const { scrollY } = window;
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  for (const [testid, isOpen] of open) find(node, testid)?.toggleAttribute("open", isOpen);
  for (const [testid, top] of scrolled) find(node, testid)?.scrollTo(0, top);
  if (window.scrollY !== scrollY) window.scrollTo(0, scrollY);
  if (focused) find(node, focused)?.focus({ preventScroll: true });
}

function find(node, testid) {
  return testid ? node.querySelector(`[data-testid="${CSS.escape(testid)}"]`) : null;
}
