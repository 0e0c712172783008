/** The source of a mail with numbered lines; a line with a fault shows it where it stands. */
import { useMemo, useRef } from "react";
import type { RefObject } from "react";

import type { MailProblem } from "../types";

interface SourceProps {
  box: RefObject<HTMLTextAreaElement | null>;
  value: string;
  onChange: (source: string) => void;
  problems: MailProblem[];
  readOnly: boolean;
}

export function selectLine(box: HTMLTextAreaElement | null, line: number): void {
  if (!box) return;
  const lines = box.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  box.focus();
  box.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  box.scrollTop = Math.max(0, (line - 4) * (box.scrollHeight / lines.length));
}

export function Source({ box, value, onChange, problems, readOnly }: SourceProps) {
  const gutter = useRef<HTMLDivElement>(null);
  const count = useMemo(() => value.split("\n").length, [value]);
  const errors = problems.filter(({ line, severity = "error" }) => line > 0 && severity === "error");
  const faulty = new Map(errors.map(({ line, message }) => [line, message]));
  return (
    <div className="ae-source">
      <div className="ae-gutter" aria-hidden="true" ref={gutter}>
        {Array.from({ length: count }, (_, index) => (
          <div
            key={index}
            className={faulty.has(index + 1) ? "ae-gutter-fault" : undefined}
            title={faulty.get(index + 1)}
          >
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={box}
        aria-label="Source of the e-mail (MJML or HTML)"
        spellCheck={false}
        wrap="off"
        readOnly={readOnly}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => gutter.current && (gutter.current.scrollTop = event.currentTarget.scrollTop)}
      />
    </div>
  );
}
