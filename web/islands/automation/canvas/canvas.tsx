/** The drawing as a tree from the top down. Nobody places boxes or draws lines: the layout is ours, xyflow pans and zooms. */
import { useEffect, useMemo, useRef } from "react";
import {
  Background,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
  useReactFlow,
} from "@xyflow/react";
import type { CoordinateExtent, Node } from "@xyflow/react";

import { useEditor } from "../context";
import type { Editor } from "../context";
import { placeKey } from "../definition";
import { useWide } from "../hooks";
import { icon } from "../icon";
import type { Drawing } from "../layout";
import { IconButton } from "../parts";
import { buildTree } from "../tree";
import { drawingOf } from "./drawing";
import { NODE_TYPES, useNodes } from "./nodes";
import { Palette, PaletteButton } from "./palette";
import { OPENING_ZOOM, afterLayout, duration, useFocus, useFollowing, useOpening, useSteadyMiddle } from "./viewport";

const ZOOM = { min: 0.25, max: 1.5 };
const FREE = 900; // px of empty paper around the drawing
const MAP_FROM = 700; // px of drawing that make a map worth its place

function Lines({ drawing, lit, faded }: { drawing: Drawing; lit: Set<string> | null; faded: boolean }) {
  return (
    <ViewportPortal>
      <svg className={`ae-lines ${faded ? "ae-lines-faded" : ""}`} aria-hidden="true">
        {drawing.lines.map(({ key, path }) => (
          <path key={key} d={path} className={lit?.has(key) ? "ae-line-lit" : undefined} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

function Controls() {
  const { ui, commands, state, phone } = useEditor();
  const flow = useReactFlow();
  const fit = () => void flow.fitView({ padding: 0.08, minZoom: ZOOM.min, maxZoom: 1, duration: duration() });
  return (
    <div className="ae-controls" role="toolbar" aria-label="Zoom and numbers">
      <IconButton label="Zoom in" icon="plus" onClick={() => void flow.zoomIn({ duration: duration(120) })} />
      <IconButton
        label="Zoom out"
        icon="minus"
        onClick={() => void flow.zoomOut({ duration: duration(120) })}
      />
      <IconButton label="Fit everything on the screen" icon="maximize" onClick={fit} />
      {state.facts.version !== null && (
        <button
          type="button"
          className="ae-toggle"
          aria-pressed={ui.numbersShown}
          onClick={() => commands.toggleNumbers()}
        >
          {icon("chart-bar")}
          {phone ? "Numbers" : "Live numbers"}
        </button>
      )}
    </div>
  );
}

function extentOf({ boxes }: Drawing): CoordinateExtent {
  const left = Math.min(...boxes.map(({ x }) => x));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  return [
    [left - FREE, -FREE / 2],
    [right + FREE, bottom + FREE],
  ];
}

const MAP_COLOURS: Record<string, string> = {
  trigger: "var(--trigger)",
  message: "var(--message)",
  wait: "var(--wait)",
  logic: "var(--logic)",
  data: "var(--data)",
};

function mapColour({ type, data }: Node): string {
  if (type !== "card") return type === "point" ? "transparent" : "var(--end-bg)";
  return MAP_COLOURS[(data as { content: { tone: string } }).content.tone] ?? "var(--data)";
}

/** Steps to drag lie at the side where there is room for them: from the start while nothing has been published yet. */
function usePalette({ commands, state, editable }: Editor, wide: boolean): boolean {
  const fresh = state.facts.version === null;
  useEffect(() => {
    if (wide && fresh) commands.showPalette();
  }, []); // whoever hides it, or publishes, keeps it as it is
  return wide && editable;
}

function Flow() {
  const editor = useEditor();
  const { ui, state, definition, speaker, editable } = editor;
  const container = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const wide = useWide();
  const tree = useMemo(() => buildTree(definition), [definition]);
  const drawing = useMemo(
    () => drawingOf(editor, tree),
    [tree, speaker, editable, state.numbers, ui.numbersShown, ui.viewing, state.facts.version], // all that changes a size
  );
  const nodes = useNodes(editor, drawing);
  const extent = useMemo(() => extentOf(drawing), [drawing]);
  const opening = useOpening(container);
  useSteadyMiddle(flow, container);
  useFocus(flow, container, ui.focus);
  const follow = useFollowing(flow, container);
  const tested = ui.test?.contact.id;
  useEffect(() => {
    if (!tested) return;
    return afterLayout(() => opening(flow));
  }, [tested, flow, opening]);
  const shows = usePalette(editor, wide);
  const trail = ui.test?.trail ?? null;
  const picked = ui.picking?.place ? new Set([placeKey(ui.picking.place)]) : null;
  return (
    <div className="ae-stage">
      {shows && ui.palette && <Palette canvas={container} />}
      <div className="ae-canvas" ref={container} onFocus={follow}>
      {shows && !ui.palette && <PaletteButton />}
      <ReactFlow
        nodes={nodes}
        edges={[]}
        nodeTypes={NODE_TYPES}
        onInit={opening}
        defaultViewport={{ x: 0, y: 0, zoom: OPENING_ZOOM }}
        minZoom={ZOOM.min}
        maxZoom={ZOOM.max}
        translateExtent={extent}
        panOnScroll
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        disableKeyboardA11y
        aria-label="Canvas"
      >
        <Background gap={22} size={1.4} color="var(--ae-dots)" />
        <Lines drawing={drawing} lit={trail?.lines ?? picked} faded={trail !== null} />
        {wide && !ui.panel && drawing.height > MAP_FROM && (
          <MiniMap
            pannable
            zoomable
            nodeColor={mapColour}
            nodeStrokeWidth={0}
            nodeBorderRadius={16}
            ariaLabel="Map"
          />
        )}
      </ReactFlow>
      <Controls />
      </div>
    </div>
  );
}

export default function Canvas() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}
