// Replaces what stands in a part of the page without taking the agent's place away: focus, folds and scroll stay.

/** Children with a `testid` are found again by it. */
export function redraw(node, ...children) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  const open = [...node.querySelectorAll("details[open]")].map((fold) => fold.dataset.testid);
  const { scrollTop } = node;
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  for (const testid of open) find(node, testid)?.setAttribute("open", "");
  node.scrollTop = scrollTop;
  if (focused) find(node, focused)?.focus({ preventScroll: true });
}

function find(node, testid) {
  return testid ? node.querySelector(`[data-testid="${CSS.escape(testid)}"]`) : null;
}
