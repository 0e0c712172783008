/** Where everything stands: a tidy tree from the top down, branches in order, nothing overlapping (pixels at zoom 1). */
import { placeKey } from "./definition";
import type { Place } from "./definition";
import { itemKey } from "./tree";
import type { Branch, Item, Tree } from "./tree";

export const CARD_WIDTH = 272;
export const END_SIZE = { width: 112, height: 36 };
export const LINK_SIZE = { width: 240, height: 48 };

const ROW_GAP = 64;
const SPLIT_GAP = 104;
const SPLIT_LABEL_AT = 36;
const COLUMN_GAP = 44;
const BEND = 12;

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  key: string;
  item: Item | null; // null: the trigger
  x: number;
  y: number;
}

/** One way from a card to what follows: its path, where its label sits and where its "+" sits (centres). */
export interface Line {
  key: string;
  place: Place;
  to: Item;
  path: string;
  label: { x: number; y: number } | null;
  plus: { x: number; y: number };
}

export interface Drawing {
  boxes: Box[];
  lines: Line[];
  width: number;
  height: number;
}

export const TRIGGER_KEY = "trigger";

interface Block {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Subtree {
  item: Item;
  size: Size;
  top: number;
  x: number; // of its centre, seen from the parent's centre
  children: Subtree[];
  blocks: Block[]; // what it covers, seen from its own centre
}

function gapUnder(item: Item): number {
  return item.type === "step" && item.branches.length > 1 ? SPLIT_GAP : ROW_GAP;
}

function shifted(blocks: Block[], by: number): Block[] {
  return blocks.map((block) => ({ ...block, left: block.left + by, right: block.right + by }));
}

/** How far right the next subtree must stand so that it clears what stands already. */
function clearance(placed: Block[], next: Block[]): number {
  let needed = 0;
  for (const one of placed) {
    for (const other of next) {
      const meet = one.top < other.bottom && other.top < one.bottom;
      if (meet) needed = Math.max(needed, one.right + COLUMN_GAP - other.left);
    }
  }
  return needed;
}

function spread(children: Subtree[]): void {
  let placed: Block[] = [];
  for (const child of children) {
    child.x = placed.length ? clearance(placed, child.blocks) : 0;
    placed = placed.concat(shifted(child.blocks, child.x));
  }
  const middle = ((children[0]?.x ?? 0) + (children.at(-1)?.x ?? 0)) / 2;
  for (const child of children) child.x -= middle;
}

function measure(item: Item, top: number, sizeOf: (item: Item) => Size): Subtree {
  const size = sizeOf(item);
  const bottom = top + size.height;
  const under = bottom + gapUnder(item);
  const branches = item.type === "step" ? item.branches : [];
  const children = branches.map(({ to }) => measure(to, under, sizeOf));
  spread(children);
  const own = { left: -size.width / 2, right: size.width / 2, top, bottom: bottom + ROW_GAP / 2 };
  const bar = {
    left: (children[0]?.x ?? 0) - 40,
    right: (children.at(-1)?.x ?? 0) + 40,
    top: bottom,
    bottom: under,
  };
  const blocks = [own, ...(children.length > 1 ? [bar] : [])];
  for (const child of children) blocks.push(...shifted(child.blocks, child.x));
  return { item, size, top, x: 0, children, blocks };
}

function bent(from: number, x: number, top: number, corner: number, bottom: number): string {
  if (Math.abs(x - from) < 1) return `M${x},${top}V${bottom}`;
  const side = Math.sign(x - from);
  const bend = Math.min(BEND, Math.abs(x - from) / 2);
  return (
    `M${from},${top}V${corner - bend}Q${from},${corner} ${from + side * bend},${corner}` +
    `H${x - side * bend}Q${x},${corner} ${x},${corner + bend}V${bottom}`
  );
}

function lineTo(
  child: Subtree,
  place: Place,
  from: { x: number; bottom: number },
  x: number,
  many: boolean,
): Line {
  const corner = from.bottom + SPLIT_LABEL_AT;
  return {
    key: placeKey(place),
    place,
    to: child.item,
    path: bent(from.x, x, from.bottom, corner, child.top),
    label: many ? { x, y: corner } : null,
    plus: { x, y: many ? corner + 38 : from.bottom + ROW_GAP / 2 + 4 },
  };
}

function collect(subtree: Subtree, x: number, drawing: Drawing): void {
  const { item, size, top, children } = subtree;
  drawing.boxes.push({ key: itemKey(item), item, x: x - size.width / 2, y: top, ...size });
  const branches: Branch[] = item.type === "step" ? item.branches : [];
  const from = { x, bottom: top + size.height };
  children.forEach((child, index) => {
    const place = branches[index]!.place;
    drawing.lines.push(lineTo(child, place, from, x + child.x, children.length > 1));
    collect(child, x + child.x, drawing);
  });
}

/** The trigger's card stands at the top with its centre at x = 0. */
export function layOut(tree: Tree, trigger: Size, sizeOf: (item: Item) => Size): Drawing {
  const drawing: Drawing = { boxes: [], lines: [], width: 0, height: 0 };
  const first = measure(tree.root.to, trigger.height + ROW_GAP, sizeOf);
  drawing.boxes.push({ key: TRIGGER_KEY, item: null, x: -trigger.width / 2, y: 0, ...trigger });
  drawing.lines.push(lineTo(first, tree.root.place, { x: 0, bottom: trigger.height }, 0, false));
  collect(first, 0, drawing);
  const lefts = drawing.boxes.map(({ x }) => x);
  const rights = drawing.boxes.map(({ x, width }) => x + width);
  drawing.width = Math.max(...rights) - Math.min(...lefts);
  drawing.height = Math.max(...drawing.boxes.map(({ y, height }) => y + height));
  return drawing;
}
