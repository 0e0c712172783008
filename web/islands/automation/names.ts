/** How a person is called in lists and test bars. */
import type { Contact, Person } from "./types";

export function contactName({ first_name, last_name, email }: Contact): string {
  return [first_name, last_name].filter(Boolean).join(" ") || email || "Somebody without a name";
}

export function personName({ name, email }: Person): string {
  return name?.trim() || email || "Somebody without a name";
}
