/** A label with its control, its help and what is wrong with it, tied together for the eye and the ear. */
import { useId } from "react";
import type { ReactNode } from "react";

import { icon } from "../icon";

export interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

interface RowProps {
  label: string;
  help?: string;
  problem?: string | null;
  optional?: boolean;
  children: (wiring: Wiring) => ReactNode;
}

function useWiring(help: string | undefined, problem: string | null | undefined) {
  const id = useId();
  const describing = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(" ");
  const wiring: Wiring = {
    id,
    "aria-describedby": describing || undefined,
    "aria-invalid": problem ? true : undefined,
  };
  return wiring;
}

export function Hint({ id, help }: { id: string; help?: string }) {
  return help ? (
    <p className="ae-hint" id={`${id}-help`}>
      {help}
    </p>
  ) : null;
}

export function Wrong({ id, problem }: { id: string; problem?: string | null }) {
  return problem ? (
    <p className="ae-wrong" id={`${id}-problem`}>
      {icon("alert-triangle")}
      {problem}
    </p>
  ) : null;
}

export function Row({ label, help, problem, optional, children }: RowProps) {
  const wiring = useWiring(help, problem);
  return (
    <div className="ae-field">
      <label className="ae-label" htmlFor={wiring.id}>
        {label}
        {optional && <span className="ae-optional"> optional</span>}
      </label>
      {children(wiring)}
      <Wrong id={wiring.id} problem={problem} />
      <Hint id={wiring.id} help={help} />
    </div>
  );
}

/** For several controls under one heading (a duration has two). */
export function RowGroup({ label, help, problem, optional, children }: RowProps) {
  const wiring = useWiring(help, problem);
  return (
    <fieldset className="ae-field" aria-describedby={wiring["aria-describedby"]}>
      <legend className="ae-label">
        {label}
        {optional && <span className="ae-optional"> optional</span>}
      </legend>
      {children(wiring)}
      <Wrong id={wiring.id} problem={problem} />
      <Hint id={wiring.id} help={help} />
    </fieldset>
  );
}

interface CheckProps {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  help?: string;
}

export function Check({ label, checked, onChange, help }: CheckProps) {
  const id = useId();
  return (
    <div className="ae-field">
      <label className="ae-check">
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{label}</span>
      </label>
      <Hint id={id} help={help} />
    </div>
  );
}

interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string; help?: string }[];
  onChange: (value: T) => void;
}

export function Choices<T extends string>({ label, value, options, onChange }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset className="ae-field ae-choices">
      <legend className="ae-label">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="ae-check">
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.help && <span className="ae-choice-help">{option.help}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
