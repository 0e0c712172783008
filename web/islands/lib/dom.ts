/** Small helpers for listening to what happens anywhere on the page, also in what HTMX swaps in later. */
type Handler<E extends Event> = (event: E, element: HTMLElement) => void;

/** Calls the handler with the nearest element around the event that fits the selector. */
export function on<K extends keyof DocumentEventMap>(
  type: K,
  selector: string,
  handler: Handler<DocumentEventMap[K]>,
  options?: AddEventListenerOptions,
): void {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
      if (element) handler(event, element);
    },
    options,
  );
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Moves the focus one item on or back in a list that wraps around. */
export function step(items: HTMLElement[], current: Element | null, by: number): HTMLElement | undefined {
  const at = items.findIndex((item) => item === current);
  const next = at === -1 && by < 0 ? items.length - 1 : (at + by + items.length) % items.length;
  return items[next];
}
