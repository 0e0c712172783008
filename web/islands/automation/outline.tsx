/** The same automation as a nested list: an equal of the canvas, the default on phones, and what prints. */
import { useEffect, useMemo, useRef } from "react";

import { CardWords, Figures } from "./canvas/card";
import type { CardContent } from "./canvas/drawing";
import { Count, End, FirstStep } from "./canvas/points";
import { pointContent, stepContent, triggerContent } from "./canvas/drawing";
import { useEditor } from "./context";
import type { Editor } from "./context";
import { mainOutlet, placeKey, samePlace } from "./definition";
import type { Place } from "./definition";
import { canMove, placeBelow } from "./edits";
import { prefersStillness } from "./hooks";
import { icon } from "./icon";
import type { Line } from "./layout";
import { Menu } from "./menu";
import type { Action } from "./menu";
import { Tile } from "./parts";
import type { Rule } from "./rules";
import { buildTree } from "./tree";
import type { Branch, Item, StepItem } from "./tree";
import { stepTitle } from "./words";

function actionsOf({ commands, definition }: Editor, id: string): Action[] {
  const step = definition.nodes[id]!;
  const outlet = mainOutlet(step);
  const add = () => {
    const row = document.querySelector(`automation-editor [data-step-focus="${CSS.escape(id)}"]`);
    if (row && outlet) commands.pick({ from: id, outlet }, row);
  };
  return [
    { label: "Add a step after", icon: "plus", hint: "+", run: add, disabled: !outlet },
    { label: "Move up", icon: "arrow-up", run: () => commands.moveUp(id), disabled: !commands.above(id) },
    {
      label: "Move down",
      icon: "arrow-down",
      run: () => commands.moveDown(id),
      disabled: !placeBelow(definition, id),
    },
    { label: "Move to…", icon: "arrows-move", hint: "M", run: () => commands.startMoving(id) },
    {
      label: "Duplicate",
      icon: "copy",
      hint: "Ctrl D",
      run: () => commands.duplicate(id),
      disabled: !outlet,
    },
    { label: "Remove", icon: "trash", hint: "Del", run: () => commands.remove(id), danger: true },
  ];
}

function RowMenu({ id, title }: { id: string; title: string }) {
  const editor = useEditor();
  return <Menu label={`Actions for “${title}”`} icon="dots-vertical" actions={() => actionsOf(editor, id)} />;
}

interface RowProps {
  id: string | null;
  content: CardContent & { rules?: Rule[] };
}

function OutlineRow({ id, content }: RowProps) {
  const { commands, editable } = useEditor();
  const { title, icon: symbol, tone, figures, rules = [], problem, chip, faded, selected } = content;
  const look = [
    "ae-row-card",
    faded && "ae-faded",
    selected && "ae-selected",
    problem && "ae-faulty",
    chip && "ae-lit",
  ];
  return (
    <div className={look.filter(Boolean).join(" ")}>
      <div className="ae-row-top">
        <button
          type="button"
          className="ae-card-main"
          data-step-focus={id ?? ""}
          onClick={() => commands.select({ step: id })}
        >
          <Tile tone={tone} icon={symbol || "bolt"} />
          <CardWords content={content} />
          {problem && <span className="ae-fault">{icon("alert-triangle")}</span>}
        </button>
        {chip && <span className="ae-chip">{chip}</span>}
        {id !== null && editable && <RowMenu id={id} title={title} />}
      </div>
      {rules.length > 0 && (
        <ul className="ae-row-rules">
          {rules.map(({ section, icon: one, words, unset }) => (
            <li key={section}>
              <button
                type="button"
                className={`ae-rule ${unset ? "ae-rule-unset" : ""}`}
                onClick={() => commands.select({ step: null, section })}
              >
                {icon(one)}
                <span>{words}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {figures.length > 0 && <Figures id={id} figures={figures} commands={commands} of={title} />}
    </div>
  );
}

/** A line of the outline has no coordinates; what it says is the same as on the canvas. */
function lineOf(branch: Branch, labelled: boolean): Line {
  const label = labelled ? { x: 0, y: 0 } : null;
  return {
    key: placeKey(branch.place),
    place: branch.place,
    to: branch.to,
    path: "",
    label,
    plus: { x: 0, y: 0 },
  };
}

function Between({ branch, after }: { branch: Branch; after: string }) {
  const editor = useEditor();
  const { commands, ui, editable, definition } = editor;
  const content = pointContent(editor, lineOf(branch, false));
  const { count } = content;
  const moving = ui.moving !== null;
  const target = moving && canMove(definition, ui.moving!, branch.place);
  if (!editable && count === null) return null;
  return (
    <div className="ae-between">
      {editable && !moving && (
        <button
          type="button"
          className="ae-plus"
          aria-label={`Add a step ${after}`}
          aria-expanded={samePlace(ui.picking?.place ?? null, branch.place)}
          onClick={(event) => commands.pick(branch.place, event.currentTarget)}
        >
          {icon("plus")}
        </button>
      )}
      {target && (
        <button
          type="button"
          className="ae-move-here"
          aria-label={`Move here, ${after}`}
          onClick={() => commands.moveTo(ui.moving!, branch.place)}
        >
          Move here
        </button>
      )}
      {!moving && <Count content={content} commands={commands} />}
    </div>
  );
}

function Last({ branch, item }: { branch: Branch; item: Exclude<Item, StepItem> }) {
  const editor = useEditor();
  const { commands, definition, speaker, editable } = editor;
  if (item.type === "end") {
    if (item.place.from === null && editable) return <FirstStep commands={commands} />;
    const { count, crowd } = pointContent(editor, lineOf(branch, false));
    return (
      <div className="ae-row-end">
        <End item={item} count={count} crowd={crowd} faded={false} editable={editable} commands={commands} />
      </div>
    );
  }
  const title = stepTitle(definition.nodes[item.to]!, speaker);
  return (
    <div className="ae-row-end">
      <button type="button" className="ae-link-main" onClick={() => commands.select({ step: item.to })}>
        {item.back ? icon("corner-left-up") : icon("corner-down-right")}
        <span>
          <small>{item.back ? "Goes back to" : "Continues at"}</small>
          <strong>{title}</strong>
        </span>
      </button>
      {editable && (
        <button
          type="button"
          className="ae-link-cut"
          aria-label={`End here instead of going on to “${title}”`}
          onClick={() => commands.endHere(item.place)}
        >
          {icon("x")}
        </button>
      )}
    </div>
  );
}

/** Steps one after the other make one list; a split opens a list for each of its paths. */
function chainFrom(branch: Branch): Branch[] {
  const chain = [branch];
  for (let at = branch; at.to.type === "step" && at.to.branches.length === 1; at = at.to.branches[0]!) {
    chain.push(at.to.branches[0]!);
  }
  return chain;
}

function Paths({ item, title }: { item: StepItem; title: string }) {
  const editor = useEditor();
  return (
    <ol className="ae-paths" aria-label={`The paths of “${title}”`}>
      {item.branches.map((branch) => {
        const { label, yes, faded } = pointContent(editor, lineOf(branch, true));
        return (
          <li key={placeKey(branch.place)} className={faded ? "ae-faded" : ""}>
            <span className={`ae-path-label ${yes ? "ae-path-yes" : ""}`}>{label}</span>
            <Chain branch={branch} label={`“${label}”: what happens`} />
          </li>
        );
      })}
    </ol>
  );
}

function afterWords({ definition, speaker }: Editor, { from }: Place): string {
  return from === null ? "at the start" : `after “${stepTitle(definition.nodes[from]!, speaker)}”`;
}

function Chain({ branch, label }: { branch: Branch; label: string }) {
  const editor = useEditor();
  return (
    <ol className="ae-chain" aria-label={label}>
      {chainFrom(branch).map((link) => (
        <li key={placeKey(link.place)}>
          <Between branch={link} after={afterWords(editor, link.place)} />
          {link.to.type === "step" ? (
            <>
              <OutlineRow id={link.to.id} content={stepContent(editor, link.to.id)} />
              {link.to.branches.length > 1 && (
                <Paths
                  item={link.to}
                  title={stepTitle(editor.definition.nodes[link.to.id]!, editor.speaker)}
                />
              )}
            </>
          ) : (
            <Last branch={link} item={link.to} />
          )}
        </li>
      ))}
    </ol>
  );
}

function useOutlineFocus() {
  const { ui } = useEditor();
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!ui.focus) return;
    const row = root.current?.querySelector<HTMLElement>(
      `[data-step-focus="${CSS.escape(ui.focus.step ?? "")}"]`,
    );
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest", behavior: prefersStillness() ? "auto" : "smooth" });
  }, [ui.focus]);
  return root;
}

export default function Outline() {
  const editor = useEditor();
  const tree = useMemo(() => buildTree(editor.definition), [editor.definition]);
  const root = useOutlineFocus();
  return (
    <div className="ae-outline" ref={root} tabIndex={-1}>
      <div className="ae-outline-sheet">
        <OutlineRow id={null} content={triggerContent(editor)} />
        <Chain branch={tree.root} label="What happens, step by step" />
      </div>
    </div>
  );
}
