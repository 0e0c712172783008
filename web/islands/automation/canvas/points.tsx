/** What stands on the lines: the "+", the label of a path, the number who went this way; and what stands at their ends. */
import type { Commands } from "../commands";
import { START } from "../definition";
import type { Place } from "../definition";
import { figure, people } from "../format";
import { icon } from "../icon";
import type { EndItem, LinkItem } from "../tree";
import type { PointContent } from "./drawing";

export type PointMode = "add" | "move" | "look";

interface PointProps {
  content: PointContent;
  mode: PointMode;
  after: string;
  open: boolean;
  commands: Commands;
  onMove: (place: Place) => void;
}

function Count({ content: { count, crowd }, commands }: Pick<PointProps, "content" | "commands">) {
  if (count === null) return null;
  if (!crowd || !count) return <span className="ae-line-count">{figure(count)}</span>;
  return (
    <button
      type="button"
      className="ae-line-count"
      aria-label={`${people(count)} went this way. Show them`}
      onClick={() => commands.openPeople(crowd)}
    >
      {figure(count)}
    </button>
  );
}

export function Point({ content, mode, after, open, commands, onMove }: PointProps) {
  const { label, up, yes, place, faded } = content;
  const where = label ? `on “${label}”, ${after}` : after;
  return (
    <div className={`ae-point ${faded ? "ae-faded" : ""}`}>
      {label && (
        <span className={`ae-path-label ${yes ? "ae-path-yes" : ""}`} style={{ marginTop: up }} title={label}>
          {label}
        </span>
      )}
      {mode === "add" && (
        <button
          type="button"
          className={`ae-plus ${open ? "ae-plus-open" : ""}`}
          aria-label={`Add a step ${where}`}
          aria-expanded={open}
          onClick={(event) => commands.pick(place, event.currentTarget)}
        >
          {icon("plus")}
        </button>
      )}
      {mode === "move" && (
        <button
          type="button"
          className="ae-move-here"
          aria-label={`Move here, ${where}`}
          onClick={() => onMove(place)}
        >
          Move here
        </button>
      )}
      {mode !== "move" && <Count content={content} commands={commands} />}
    </div>
  );
}

interface EndProps {
  item: EndItem;
  count: number | null;
  faded: boolean;
  editable: boolean;
  commands: Commands;
}

/** Where nothing follows the start yet, the place of the first step is shown empty. */
export function FirstStep({ commands }: { commands: Commands }) {
  return (
    <button type="button" className="ae-first" onClick={(event) => commands.pick(START, event.currentTarget)}>
      {icon("plus")} Add the first step
    </button>
  );
}

export function End({ item, count, faded, editable, commands }: EndProps) {
  if (item.place.from === null && editable) return <FirstStep commands={commands} />;
  return (
    <div className={`ae-end ${faded ? "ae-faded" : ""}`}>
      {icon("flag")}
      <span>End</span>
      {count !== null && <strong>{figure(count)}</strong>}
    </div>
  );
}

interface LinkProps {
  item: LinkItem;
  title: string;
  faded: boolean;
  editable: boolean;
  commands: Commands;
}

export function Link({ item, title, faded, editable, commands }: LinkProps) {
  return (
    <div className={`ae-link ${faded ? "ae-faded" : ""}`}>
      <button
        type="button"
        className="ae-link-main"
        title={title}
        onClick={() => commands.select({ step: item.to })}
      >
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
          title="End here instead"
          onClick={() => commands.endHere(item.place)}
        >
          {icon("x")}
        </button>
      )}
    </div>
  );
}
