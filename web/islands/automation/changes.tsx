/** A list of what changed, in words. */
import type { Change } from "./types";

const WORDS: Record<Change["kind"], string> = { added: "Added", changed: "Changed", removed: "Removed" };

export function ChangeList({ changes }: { changes: Change[] }) {
  return (
    <ul className="ae-changes">
      {changes.map(({ kind, text }, index) => (
        <li key={index}>
          <span className={`ae-pill ae-change-${kind}`}>{WORDS[kind]}</span>
          <span>{text.replace(/^(Added|Changed|Removed): /, "")}</span>
        </li>
      ))}
    </ul>
  );
}
