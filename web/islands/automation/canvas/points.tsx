/** What stands on the lines: the "+", the label of a path, the number who went this way; and what stands at their ends. */
import type { Commands } from "../commands";
import { START, placeKey } from "../definition";
import type { Crowd } from "../figures";
import type { Place } from "../definition";
import { figure, people } from "../format";
import { icon } from "../icon";
import type { EndItem, LinkItem } from "../tree";
import type { PointContent } from "./drawing";

export type PointMode = "add" | "move" | "drop" | "look";

interface PointProps {
  content: PointContent;
  mode: PointMode;
  after: string;
  open: boolean;
  /** What is being added, and whether it would land here. */
  adding: string;
  aimed: boolean;
  commands: Commands;
  onMove: (place: Place) => void;
}

/** How many went along a line; pressed, it shows them. */
export function Count({ content: { count, crowd }, commands }: Pick<PointProps, "content" | "commands">) {
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

export function Point({ content, mode, after, open, adding, aimed, commands, onMove }: PointProps) {
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
      {mode === "drop" && (
        <button
          type="button"
          className={`ae-move-here ${aimed ? "ae-drop-aim" : ""}`}
          data-place={placeKey(place)}
          aria-label={`Add here, ${where}`}
          onClick={() => commands.addStep(place, adding)}
        >
          Add here
        </button>
      )}
      {(mode === "add" || mode === "look") && <Count content={content} commands={commands} />}
    </div>
  );
}

interface EndProps {
  item: EndItem;
  count: number | null;
  crowd: Crowd | null;
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

export function End({ item, count, crowd, faded, editable, commands }: EndProps) {
  if (item.place.from === null && editable) return <FirstStep commands={commands} />;
  const inside = (
    <>
      {icon("flag")}
      <span>End</span>
      {count !== null && <strong>{figure(count)}</strong>}
    </>
  );
  const look = `ae-end ${faded ? "ae-faded" : ""}`;
  if (!crowd) return <div className={look}>{inside}</div>;
  return (
    <button type="button" className={look} onClick={() => commands.openPeople(crowd)}>
      {inside}
      <span className="ae-hidden">{crowd.count === 1 ? "person" : "people"} came to this end. Show them</span>
    </button>
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
