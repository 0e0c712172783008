/** An icon of the shared sprite; which names exist there the build finds out by reading the calls of `icon(…)`. */
import { iconAddress } from "../lib/icons";

export function icon(name: string, className = "") {
  return (
    <svg className={`ae-icon ${className}`} aria-hidden="true" focusable="false" viewBox="0 0 24 24">
      <use href={iconAddress(name)} />
    </svg>
  );
}
