/** The card of a step or of the trigger: what it does in words, its live numbers, its fault. */
import type { Commands } from "../commands";
import type { Figure } from "../figures";
import { icon } from "../icon";
import { Tile } from "../parts";
import type { Rule } from "../rules";
import type { CardContent } from "./drawing";

export interface CardProps {
  id: string | null; // null: the trigger
  content: CardContent & { rules?: Rule[] };
  commands: Commands;
}

/**
 * What a step is called aloud: "Wait: 3 days. From the moment they get here. Waiting 128. Problem: …". What is seen is part
 * of it word for word, so that it can also be pressed by voice.
 */
export function CardWords({ content }: { content: CardContent }) {
  const { kind, title, detail, figures, problem, chip } = content;
  const numbers = figures.map(({ label, value }) => `${label} ${value}`).join(", ");
  const after = [numbers, chip ? `In this test: ${chip}` : ""].filter(Boolean).map((said) => ` ${said}.`);
  return (
    <span className="ae-card-words" title={`${title}\n${problem ?? detail}`}>
      {title !== kind && <span className="ae-hidden">{kind}: </span>}
      <strong>{title}</strong>
      <span className="ae-hidden">
        {ended(title)} {problem && "Problem: "}
      </span>
      <span>{problem ?? detail}</span>
      <span className="ae-hidden">
        {ended(problem ?? detail)}
        {after}
      </span>
    </span>
  );
}

function ended(said: string): string {
  return /[.?!]$/.test(said) ? "" : ".";
}

function Rules({ rules, commands }: { rules: Rule[]; commands: Commands }) {
  return (
    <div className="ae-rules">
      {rules.map(({ section, icon: symbol, words, unset }) => (
        <button
          key={section}
          type="button"
          className={`ae-rule ${unset ? "ae-rule-unset" : ""}`}
          title={words}
          onClick={() => commands.select({ step: null, section })}
        >
          {icon(symbol)}
          <span>{words}</span>
        </button>
      ))}
    </div>
  );
}

export function Figures({
  id,
  figures,
  commands,
  of,
}: {
  id: string | null;
  figures: Figure[];
  commands: Commands;
  of: string;
}) {
  return (
    <div className="ae-figures">
      {figures.map(({ label, value, state, count, bad }) => (
        <button
          key={label}
          type="button"
          className={`ae-figure ${bad ? "ae-bad" : ""}`}
          onClick={() => commands.openPeople({ node: id, state, count })}
        >
          <span>{label}</span>
          <strong>{value}</strong>
          <span className="ae-hidden">Show these people, {of}</span>
        </button>
      ))}
    </div>
  );
}

export function Card({ id, content, commands }: CardProps) {
  const { title, icon: symbol, tone, figures, rules, problem, chip, faded, selected } = content;
  const look = [
    "ae-card",
    faded && "ae-faded",
    selected && "ae-selected",
    problem && "ae-faulty",
    chip && "ae-lit",
  ];
  return (
    <div className={look.filter(Boolean).join(" ")}>
      {chip && <span className="ae-chip">{chip}</span>}
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
      {rules && rules.length > 0 && <Rules rules={rules} commands={commands} />}
      {figures.length > 0 && <Figures id={id} figures={figures} commands={commands} of={title} />}
    </div>
  );
}
