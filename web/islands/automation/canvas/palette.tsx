/** The steps at the side of the canvas: dragged onto a line, or pressed and then put there. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { PointerEvent as ReactPointerEvent, RefObject } from "react";
import { useReactFlow } from "@xyflow/react";
import type { ReactFlowInstance } from "@xyflow/react";

import { useEditor } from "../context";
import { allPlaces, placeKey } from "../definition";
import { canAdd } from "../edits";
import { icon } from "../icon";
import { IconButton, Tile } from "../parts";
import type { Kind, Tone } from "../types";

const FIRST_MOVE = 6; // px; less is a press
const REACH = 110; // px around a place within which it takes what is dropped
const EDGE = 64; // px at the rim of the canvas where the drawing comes towards what is dragged
const PACE = 9; // px a frame

interface At {
  x: number;
  y: number;
}

/** The place under what is dragged: the nearest one within reach. */
function nearest({ x, y }: At): string | null {
  let best: { key: string; away: number } | null = null;
  for (const element of document.querySelectorAll<HTMLElement>("automation-editor [data-place]")) {
    const box = element.getBoundingClientRect();
    const away = Math.hypot(x - box.left - box.width / 2, y - box.top - box.height / 2);
    if (away < REACH && (!best || away < best.away)) best = { key: element.dataset.place!, away };
  }
  return best?.key ?? null;
}

function towards(at: number, low: number, high: number): number {
  if (at < low + EDGE) return PACE;
  return at > high - EDGE ? -PACE : 0;
}

function comeCloser(flow: ReactFlowInstance, canvas: HTMLElement, { x, y }: At): void {
  const { left, right, top, bottom } = canvas.getBoundingClientRect();
  if (x < left) return; // still over the palette
  const [dx, dy] = [towards(x, left, right), towards(y, top, bottom)];
  const { x: viewX, y: viewY, zoom } = flow.getViewport();
  if (dx || dy) void flow.setViewport({ x: viewX + dx, y: viewY + dy, zoom });
}

interface Drag extends At {
  kind: Kind;
}

/** Follows a pointer from a tile to a place on a line. */
function useDragging(canvas: RefObject<HTMLDivElement | null>) {
  const editor = useEditor();
  const latest = useRef(editor);
  latest.current = editor;
  const flow = useReactFlow();
  const [drag, setDrag] = useState<Drag | null>(null);
  const finish = useRef<(() => void) | null>(null);

  const begin = (down: ReactPointerEvent<HTMLElement>, kind: Kind) => {
    if (down.button !== 0) return;
    let moving: At | null = null;
    let frame = 0;
    const from = { x: down.clientX, y: down.clientY };
    const look = () => {
      if (!moving || !latest.current.ui.adding) return stop();
      if (canvas.current) comeCloser(flow, canvas.current, moving);
      latest.current.commands.aimAt(nearest(moving));
      frame = requestAnimationFrame(look);
    };
    const move = (event: PointerEvent) => {
      const at = { x: event.clientX, y: event.clientY };
      if (!moving && Math.hypot(at.x - from.x, at.y - from.y) < FIRST_MOVE) return;
      if (!moving) {
        latest.current.commands.startAdding(kind.kind, { dragging: true });
        frame = requestAnimationFrame(() => requestAnimationFrame(look)); // once the places are drawn
      }
      moving = at;
      setDrag({ kind, ...at });
    };
    const drop = () => {
      const { ui, definition, commands } = latest.current;
      const place = allPlaces(definition).find((one) => placeKey(one) === ui.aim);
      const dragged = moving !== null;
      stop();
      if (!dragged || !ui.adding) return;
      if (place) commands.addStep(place, kind.kind);
      else commands.stopAdding();
    };
    const stop = () => {
      cancelAnimationFrame(frame);
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", drop);
      removeEventListener("pointercancel", stop);
      finish.current = null;
      moving = null;
      setDrag(null);
    };
    finish.current = stop;
    addEventListener("pointermove", move);
    addEventListener("pointerup", drop);
    addEventListener("pointercancel", stop);
  };
  useEffect(() => () => finish.current?.(), []);
  return { drag, begin };
}

function Ghost({ drag, tone }: { drag: Drag; tone: Tone }) {
  return (
    <div className="ae-ghost" style={{ left: drag.x, top: drag.y }} aria-hidden="true">
      <Tile tone={tone} icon={drag.kind.icon} />
      <strong>{drag.kind.title}</strong>
    </div>
  );
}

/** Whoever has no pointer presses a step, then one of the places, which have the keyboard next. */
function focusFirstPlace(tries = 30): void {
  const first = document.querySelector<HTMLElement>("automation-editor [data-place]");
  if (first) first.focus();
  else if (tries) requestAnimationFrame(() => focusFirstPlace(tries - 1));
}

export function Palette({ canvas }: { canvas: RefObject<HTMLDivElement | null> }) {
  const { commands, ui, definition, speaker } = useEditor();
  const { vocabulary } = speaker;
  const { drag, begin } = useDragging(canvas);
  const groups = useMemo(() => vocabulary.groups(vocabulary.steps.values()), [vocabulary]);
  const fits = useMemo(() => {
    const places = allPlaces(definition);
    return (kind: string) => places.some((place) => canAdd(definition, place, kind));
  }, [definition]);
  return (
    <aside className="ae-palette" aria-label="Steps to add">
      <header className="ae-palette-head">
        <h2>Steps</h2>
        <IconButton label="Hide the steps" icon="layout-sidebar-left-collapse" onClick={() => commands.togglePalette()} />
      </header>
      <div className="ae-palette-list">
        {groups.map(({ title, kinds }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            {kinds.map((kind) => (
              <button
                key={kind.kind}
                type="button"
                className="ae-palette-step"
                title={kind.help}
                aria-pressed={ui.adding === kind.kind}
                disabled={!fits(kind.kind)}
                onPointerDown={(event) => begin(event, kind)}
                onClick={(event) => {
                  if (ui.adding === kind.kind) return commands.stopAdding(); // also the press that ends a drag over its tile
                  commands.startAdding(kind.kind);
                  if (event.detail === 0) focusFirstPlace();
                }}
              >
                <Tile tone={vocabulary.toneOf(kind.kind)} icon={kind.icon} />
                <span>{kind.title}</span>
                {icon("grip-vertical")}
              </button>
            ))}
          </section>
        ))}
      </div>
      <p className="ae-palette-hint">Drag a step onto a line, or press “+” there.</p>
      {drag && ui.adding && <Ghost drag={drag} tone={vocabulary.toneOf(drag.kind.kind)} />}
    </aside>
  );
}

export function PaletteButton() {
  const { commands } = useEditor();
  return (
    <button type="button" className="ae-palette-open" onClick={() => commands.togglePalette()}>
      {icon("layout-sidebar-left-expand")} Steps
    </button>
  );
}
