/** Our boxes as xyflow's nodes: made anew only where something in them changed, so that large trees stay quick. */
import { memo, useMemo, useRef } from "react";
import type { Node, NodeProps } from "@xyflow/react";

import type { Commands } from "../commands";
import type { Editor } from "../context";
import { placeKey, samePlace } from "../definition";
import { canAdd, canMove } from "../edits";
import { crowdOf, lineCount } from "../figures";
import type { Box, Drawing, Line } from "../layout";
import { stepTitle, triggerSaid } from "../words";
import { Card } from "./card";
import type { CardProps } from "./card";
import { pointContent, stepContent, triggerContent } from "./drawing";
import { End, Link, Point } from "./points";
import type { PointMode } from "./points";

type Content = Record<string, unknown>;
type DrawnNode = Node<Content>;

const CardNode = memo(({ data }: NodeProps) => <Card {...(data as unknown as CardProps)} />);
const PointNode = memo(({ data }: NodeProps) => (
  <Point {...(data as unknown as Parameters<typeof Point>[0])} />
));
const EndNode = memo(({ data }: NodeProps) => <End {...(data as unknown as Parameters<typeof End>[0])} />);
const LinkNode = memo(({ data }: NodeProps) => <Link {...(data as unknown as Parameters<typeof Link>[0])} />);

export const NODE_TYPES = { card: CardNode, point: PointNode, end: EndNode, link: LinkNode };

const POINT = 44;

function cardData(editor: Editor, { item }: Box): Content {
  if (!item || item.type !== "step") return { id: null, content: triggerContent(editor) };
  return { id: item.id, content: stepContent(editor, item.id) };
}

function endFaded({ ui }: Editor, box: Box): boolean {
  return Boolean(ui.test?.trail) && !ui.test!.trail!.lines.has(placeKey(box.item!.place));
}

function boxNode(editor: Editor, box: Box): DrawnNode {
  const { definition, speaker, state, ui, editable } = editor;
  const { item, key, x, y, width, height } = box;
  const at = { id: key, position: { x, y }, width, height };
  if (item?.type === "end") {
    const known = ui.numbersShown && !ui.viewing && state.facts.version !== null ? state.numbers : null;
    const count = known && lineCount(definition, known, item.place);
    const crowd = crowdOf(definition, item.place, count);
    return { ...at, type: "end", data: { item, count, crowd, editable, faded: endFaded(editor, box) } };
  }
  if (item?.type === "link") {
    const title = stepTitle(definition.nodes[item.to]!, speaker);
    return { ...at, type: "link", data: { item, title, editable, faded: endFaded(editor, box) } };
  }
  return { ...at, type: "card", data: cardData(editor, box) };
}

function modeAt({ definition, ui, editable }: Editor, line: Line): PointMode {
  if (!editable) return "look";
  if (ui.adding) return canAdd(definition, line.place, ui.adding) ? "drop" : "look";
  if (!ui.moving) return "add";
  return canMove(definition, ui.moving, line.place) ? "move" : "look";
}

function pointNode(editor: Editor, line: Line): DrawnNode {
  const { definition, speaker, ui } = editor;
  const from = line.place.from === null ? null : definition.nodes[line.place.from]!;
  const after = `after “${from ? stepTitle(from, speaker) : triggerSaid(definition.entry.trigger, speaker).title}”`;
  return {
    id: `point/${line.key}`,
    type: "point",
    position: { x: line.plus.x - POINT / 2, y: line.plus.y - POINT / 2 },
    width: POINT,
    height: POINT,
    zIndex: 1,
    data: {
      content: pointContent(editor, line),
      mode: modeAt(editor, line),
      after,
      open: samePlace(ui.picking?.place ?? null, line.place),
      adding: ui.adding ?? "",
      aimed: ui.adding !== null && ui.aim === placeKey(line.place),
    },
  };
}

interface Kept {
  signature: string;
  node: DrawnNode;
}

function keep(kept: Map<string, Kept>, fresh: DrawnNode, commands: Commands, onMove: unknown): DrawnNode {
  const signature = JSON.stringify(fresh);
  const before = kept.get(fresh.id);
  if (before?.signature === signature) return before.node;
  const node = { ...fresh, data: { ...fresh.data, commands, onMove } };
  kept.set(fresh.id, { signature, node });
  return node;
}

/** In reading order (each card, then the lines from it), which is the order of the Tab key. */
export function useNodes(editor: Editor, drawing: Drawing): DrawnNode[] {
  const kept = useRef(new Map<string, Kept>());
  const { commands, ui } = editor;
  const moving = useRef(ui.moving);
  moving.current = ui.moving;
  const onMove = useMemo(
    () => (place: Parameters<Commands["moveTo"]>[1]) =>
      moving.current && commands.moveTo(moving.current, place),
    [commands],
  );
  const fresh = drawing.boxes.flatMap((box, index) => {
    const line = drawing.lines[index - 1]; // the line that leads to this box
    return line ? [pointNode(editor, line), boxNode(editor, box)] : [boxNode(editor, box)];
  });
  const nodes = fresh.map((node) => keep(kept.current, node, commands, onMove));
  const latest = useRef(nodes);
  const same =
    latest.current.length === nodes.length && latest.current.every((node, index) => node === nodes[index]);
  if (!same) latest.current = nodes;
  return latest.current;
}
