/** Text with details of the person in it: a menu puts them in, a hint asks what to say where one is missing. */
import { useRef, useState } from "react";
import type { RefObject } from "react";

import { useEditor } from "../context";
import { Menu } from "../menu";
import { missingFallback, withFallback } from "../template-text";
import { humanise } from "../vocabulary";
import type { Wiring } from "./row";

export interface Detail {
  path: string;
  label: string;
}

export function useDetails(): Detail[] {
  const { speaker } = useEditor();
  return [...speaker.vocabulary.fields.values()]
    .filter(({ path }) => path.startsWith("contact."))
    .map(({ path, label }) => ({ path, label }));
}

type Box = HTMLInputElement | HTMLTextAreaElement;

/** Puts text where the cursor is and leaves the cursor behind it; undo is the editor's own. */
export function insertAt(box: Box, text: string): string {
  const { selectionStart, selectionEnd, value } = box;
  const from = selectionStart ?? value.length;
  const to = selectionEnd ?? from;
  requestAnimationFrame(() => {
    box.focus();
    box.setSelectionRange(from + text.length, from + text.length);
  });
  return value.slice(0, from) + text + value.slice(to);
}

interface DetailMenuProps {
  text?: string;
  box: RefObject<Box | null>;
  onInsert: (text: string) => void;
}

export function DetailMenu({ text, box, onInsert }: DetailMenuProps) {
  const details = useDetails();
  const actions = () =>
    details.map(({ path, label }) => ({
      label,
      icon: "user",
      run: () => box.current && onInsert(insertAt(box.current, `{{ ${path} }}`)),
    }));
  return (
    <Menu label="Insert a detail" icon="braces" text={text} actions={actions} className="ae-detail-menu" />
  );
}

function Fallback({
  text,
  path,
  onChange,
}: {
  text: string;
  path: string;
  onChange: (text: string) => void;
}) {
  const [fallback, setFallback] = useState(path.endsWith("first_name") ? "there" : "");
  const label = humanise(path.split(".").at(-1)!).toLowerCase();
  return (
    <div className="ae-fallback">
      <label>
        If the {label} is missing, say
        <input className="ae-input" value={fallback} onChange={(event) => setFallback(event.target.value)} />
      </label>
      <button
        type="button"
        className="ae-text-button"
        disabled={!fallback}
        onClick={() => onChange(withFallback(text, path, fallback))}
      >
        Use
      </button>
    </div>
  );
}

interface TemplateProps {
  wiring: Wiring;
  value: string;
  onChange: (text: string) => void;
  long?: boolean;
  placeholder?: string;
}

export function TemplateInput({ wiring, value, onChange, long, placeholder }: TemplateProps) {
  const box = useRef<Box>(null);
  const bare = missingFallback(value);
  const shared = {
    ...wiring,
    className: "ae-input",
    value,
    placeholder,
    onChange: (event: { target: Box }) => onChange(event.target.value),
  };
  return (
    <>
      <div className="ae-template">
        {long ? (
          <textarea ref={box as RefObject<HTMLTextAreaElement>} rows={4} {...shared} />
        ) : (
          <input ref={box as RefObject<HTMLInputElement>} {...shared} />
        )}
        <DetailMenu box={box} onInsert={onChange} />
      </div>
      {bare?.startsWith("contact.") && <Fallback key={bare} text={value} path={bare} onChange={onChange} />}
    </>
  );
}
