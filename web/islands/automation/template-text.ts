/** Details of the person inside a text: finding those that say nothing where they are missing, and mending that. */

const BARE = /\{\{\s*([\w.]+)\s*\}\}/;

/** The first detail in a text that says nothing where it is missing. */
export function missingFallback(text: string): string | null {
  return BARE.exec(text)?.[1] ?? null;
}

export function withFallback(text: string, path: string, fallback: string): string {
  const quoted = fallback.replace(/["\\{}]/g, "");
  const bare = new RegExp(`\\{\\{\\s*${path.replaceAll(".", "\\.")}\\s*\\}\\}`, "g");
  return text.replace(bare, `{{ ${path} | default("${quoted}") }}`);
}
