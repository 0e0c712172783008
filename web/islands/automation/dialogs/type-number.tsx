/** Rule 20: whoever sends to many at once says so by typing how many. */
import { Row } from "../fields/row";
import { Notice } from "../parts";

/** So many at once should be nobody's accident; fewer are asked about in words alone. */
export const MANY = 100;

export function isTyped(wanted: number, typed: string): boolean {
  return !wanted || Number(typed.replace(/\D/g, "")) === wanted;
}

interface TypeNumberProps {
  label: string;
  typed: string;
  onChange: (typed: string) => void;
}

export function TypeNumber({ label, typed, onChange }: TypeNumberProps) {
  return (
    <Notice tone="warn">
      <Row label={label}>
        {(wiring) => (
          <input
            {...wiring}
            className="ae-input ae-number"
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Row>
    </Notice>
  );
}
