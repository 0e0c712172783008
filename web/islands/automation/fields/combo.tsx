/** A text box with suggestions. What is typed may be new (a tag) or must be known (a field), as the caller wishes. */
import { useId, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";

import { icon } from "../icon";
import { fitting } from "./suggestions";
import type { Suggestion } from "./suggestions";

interface ComboProps {
  value: string;
  suggestions: Suggestion[];
  onChange: (value: string) => void;
  label?: string;
  id?: string;
  placeholder?: string;
  /** Turns what is typed into a value of its own; without it only suggestions can be chosen. */
  free?: (typed: string) => string;
  newWords?: (typed: string) => string;
  invalid?: boolean;
  describedBy?: string;
}

function useCombo({ value, suggestions, onChange, free, newWords }: ComboProps) {
  const [typed, setTyped] = useState<string | null>(null); // null: closed
  const [at, setAt] = useState(0);
  const chosen = suggestions.find((one) => one.value === value);
  const options = useMemo((): Suggestion[] => {
    if (typed === null) return [];
    const known = fitting(suggestions, typed);
    const fresh = typed.trim();
    const exact = known.some(({ label, value: name }) =>
      [label, name].some((one) => one.toLowerCase() === fresh.toLowerCase()),
    );
    const added =
      free && fresh && !exact ? [{ value: free(fresh), label: newWords?.(fresh) ?? `Use “${fresh}”` }] : [];
    return [...known, ...added];
  }, [typed, suggestions, free, newWords]);
  const close = () => setTyped(null);
  const choose = (option: Suggestion) => {
    onChange(option.value);
    close();
  };
  const leave = () => {
    if (typed !== null && free && typed.trim() && typed.trim() !== (chosen?.label ?? value)) {
      const known = suggestions.find(
        ({ label, value: name }) => label === typed.trim() || name === typed.trim(),
      );
      onChange(known ? known.value : free(typed.trim()));
    } else if (typed === "" && value) onChange("");
    close();
  };
  const open = (text: string) => {
    setTyped(text);
    setAt(0);
  };
  const shown = typed ?? chosen?.label ?? value;
  return { typed, shown, options, at: Math.min(at, options.length - 1), setAt, open, close, choose, leave };
}

export function Combo(props: ComboProps) {
  const { label, id: given, placeholder, invalid, describedBy, value } = props;
  const { typed, shown, options, at, setAt, open, close, choose, leave } = useCombo(props);
  const own = useId();
  const id = given ?? own;
  const input = useRef<HTMLInputElement>(null);
  const expanded = typed !== null && options.length > 0;
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && typed === null) open("");
    else if (by && options.length) setAt((at + by + options.length) % options.length);
    else if (event.key === "Enter" && expanded && options[at]) choose(options[at]);
    else if (event.key === "Escape" && typed !== null) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="ae-combo" onKeyDown={keys}>
      <input
        ref={input}
        id={id}
        className="ae-input"
        role="combobox"
        aria-label={label}
        aria-expanded={expanded}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={expanded ? `${id}-${at}` : undefined}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={shown}
        title={value ? shown : undefined}
        onChange={(event) => open(event.target.value)}
        onPointerDown={() => typed === null && open("")}
        onBlur={leave}
      />
      {icon("chevron-down", "ae-combo-arrow")}
      {expanded && (
        <div
          role="listbox"
          id={`${id}-list`}
          className="ae-combo-list"
          aria-label={label ?? placeholder ?? "Suggestions"}
        >
          {options.map((option, index) => (
            <div
              key={option.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              className="ae-combo-option"
              onPointerDown={(event) => event.preventDefault()}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(option)}
            >
              <span>{option.label}</span>
              {option.hint && <small>{option.hint}</small>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
