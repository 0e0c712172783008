/** What a page may weigh over the wire, in KB gzipped. Raising a number here is a decision, not a fix. */
const SHARED = ["app.js", "app.css", "inter.woff2", "icons.svg"];
const LIMITS = { shared: 210, automation: 140 };

function weight(names, { files, imports }, sizes, already = new Set()) {
  const parts = new Set(names.flatMap((name) => [files[name], ...(imports[name] ?? [])]).filter(Boolean));
  return [...parts].filter((part) => !already.has(part)).reduce((sum, part) => sum + sizes[part], 0) / 1000;
}

export function checkBudgets(manifest, sizes) {
  const shared = new Set(SHARED.flatMap((name) => [manifest.files[name], ...(manifest.imports[name] ?? [])]));
  const weights = {
    shared: weight(SHARED, manifest, sizes),
    automation: weight(["automation.js", "automation.css", "canvas.js"], manifest, sizes, shared), // what a desktop loads first
  };
  const heavy = Object.entries(LIMITS).filter(([part, limit]) => weights[part] > limit);
  if (heavy.length) {
    const lines = heavy.map(([part, limit]) => `  ${part}: ${weights[part].toFixed(1)} KB of ${limit} KB`);
    throw new Error(`Too heavy for its budget (gzip):\n${lines.join("\n")}`);
  }
  return Object.entries(weights)
    .map(([part, kilobytes]) => `${part} ${kilobytes.toFixed(1)} of ${LIMITS[part]} KB`)
    .join(", ");
}
