/** Where the canvas looks: readable at the top when it opens, steady when a panel opens, on the step that has the keyboard. */
import { useCallback, useEffect } from "react";
import type { ReactFlowInstance } from "@xyflow/react";

import { prefersStillness } from "../hooks";
import type { Ui } from "../ui";

export const OPENING_ZOOM = 0.9;
const TOP = 36;
const MARGIN = { side: 28, top: 24, bottom: 92 };
const TRIES = 20;

export function duration(ms = 200): number {
  return prefersStillness() ? 0 : ms;
}

interface Span {
  from: number;
  to: number;
}

/** How far to shift so that the span is inside the window, as little as possible; its beginning wins. */
function shift({ from, to }: Span, low: number, high: number): number {
  if (from < low) return low - from;
  return to > high ? Math.max(high - to, low - from) : 0;
}

/** Two frames on: a panel that came or went has moved the picture by then. */
export function afterLayout(work: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(work);
  });
  return () => cancelAnimationFrame(frame);
}

export function useOpening(container: React.RefObject<HTMLDivElement | null>) {
  return useCallback(
    (flow: ReactFlowInstance) => {
      const width = container.current?.clientWidth ?? 0;
      void flow.setViewport({ x: width / 2, y: TOP, zoom: OPENING_ZOOM });
    },
    [container],
  );
}

/** The middle stays in the middle when a panel takes its place at the side. */
export function useSteadyMiddle(
  flow: ReactFlowInstance,
  container: React.RefObject<HTMLDivElement | null>,
): void {
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let before = element.clientWidth;
    const observer = new ResizeObserver(() => {
      const after = element.clientWidth;
      if (after === before || !after) return;
      const { x, y, zoom } = flow.getViewport();
      void flow.setViewport({ x: x + (after - before) / 2, y, zoom });
      before = after;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [flow, container]);
}

function bringIntoView(flow: ReactFlowInstance, container: HTMLElement, element: Element): void {
  const frame = container.getBoundingClientRect();
  const box = (element.closest(".react-flow__node") ?? element).getBoundingClientRect();
  const across = { from: box.left - frame.left, to: box.right - frame.left };
  const down = { from: box.top - frame.top, to: box.bottom - frame.top };
  const dx = shift(across, MARGIN.side, frame.width - MARGIN.side);
  const dy = shift(down, MARGIN.top, frame.height - MARGIN.bottom);
  const { x, y, zoom } = flow.getViewport();
  if (dx || dy) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: duration() });
}

/** Whoever walks with the Tab key is followed; whoever clicks is where they want to be. */
export function useFollowing(flow: ReactFlowInstance, container: React.RefObject<HTMLDivElement | null>) {
  return useCallback(
    (event: { target: Element }) => {
      const inTree = event.target.closest(".react-flow__node");
      if (container.current && inTree && event.target.matches(":focus-visible")) {
        bringIntoView(flow, container.current, event.target);
      }
    },
    [flow, container],
  );
}

/** Puts the keyboard on the step that asked for it, as soon as it is drawn, and brings it into view. */
export function useFocus(
  flow: ReactFlowInstance,
  container: React.RefObject<HTMLDivElement | null>,
  focus: Ui["focus"],
): void {
  useEffect(() => {
    if (!focus) return;
    let frame = 0;
    const attempt = (left: number) => {
      const element = container.current;
      const card = element?.querySelector<HTMLElement>(`[data-step-focus="${CSS.escape(focus.step ?? "")}"]`);
      if (element && card) {
        card.focus({ preventScroll: true });
        // a frame later, since a panel that opens with it moves the picture first and would stop this one halfway
        frame = requestAnimationFrame(() => bringIntoView(flow, element, card));
      } else if (left) frame = requestAnimationFrame(() => attempt(left - 1));
    };
    frame = requestAnimationFrame(() => attempt(TRIES));
    return () => cancelAnimationFrame(frame);
  }, [flow, container, focus]);
}
