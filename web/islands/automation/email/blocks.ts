/** Ready-made pieces of MJML and where in the source they belong, so that nobody must know the language by heart. */

export interface Block {
  label: string;
  icon: string;
  level: "column" | "section";
  source: string;
}

export const BLOCKS: Block[] = [
  {
    label: "Heading",
    icon: "heading",
    level: "column",
    source: '<mj-text font-size="24px" font-weight="700" line-height="32px">Your heading</mj-text>',
  },
  { label: "Text", icon: "align-left", level: "column", source: "<mj-text>Your text</mj-text>" },
  {
    label: "Button",
    icon: "click",
    level: "column",
    source: '<mj-button href="https://example.com">Your button</mj-button>',
  },
  {
    label: "Picture",
    icon: "photo",
    level: "column",
    source: '<mj-image src="https://example.com/picture.jpg" alt="What the picture shows" />',
  },
  {
    label: "Line",
    icon: "separator",
    level: "column",
    source: '<mj-divider border-width="1px" border-color="#e6e3dc" />',
  },
  {
    label: "Two columns",
    icon: "columns-2",
    level: "section",
    source: `<mj-section>
  <mj-column><mj-text>Left</mj-text></mj-column>
  <mj-column><mj-text>Right</mj-text></mj-column>
</mj-section>`,
  },
];

export const LAYOUT = `<mjml>
  <mj-body background-color="#f6f5f2">
    <mj-section background-color="#ffffff" padding="24px">
      <mj-column>
        <mj-text font-size="24px" font-weight="700" line-height="32px">Hello {{ contact.first_name | default("there") }}</mj-text>
        <mj-text font-size="16px" line-height="24px">Say what this mail is about in a sentence or two.</mj-text>
        <mj-button href="https://example.com">Have a look</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`;

export function isMjml(source: string): boolean {
  return /<mjml[\s>]/i.test(source);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function isInside(before: string, tag: string): boolean {
  return count(before, new RegExp(`<${tag}[\\s>]`, "g")) > count(before, new RegExp(`</${tag}>`, "g"));
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

function indentAt(source: string, at: number): string {
  const start = source.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(source.slice(start))![0];
}

export interface Placed {
  source: string;
  from: number;
  to: number;
}

function putBefore(source: string, at: number, block: string, indent: string): Placed {
  const lines = block
    .split("\n")
    .map((line) => indent + line)
    .join("\n");
  const start = source.lastIndexOf("\n", at - 1) + 1;
  const own = /^[ \t]*$/.test(source.slice(start, at)) ? start : at;
  const text = own === start ? `${lines}\n` : `\n${lines}\n`;
  return { source: source.slice(0, own) + text + source.slice(own), from: own, to: own + text.length };
}

/** On a line of its own: after the cursor's line when that is inside a column, else at the end of the last column. */
export function placeBlock(source: string, cursor: number, { level, source: block }: Block): Placed {
  const closing = level === "column" ? "</mj-column>" : "</mj-body>";
  if (level === "column" && isInside(source.slice(0, cursor), "mj-column")) {
    const end = lineEnd(source, cursor);
    const indent = indentAt(source, end);
    const text = `\n${indent}${block}`;
    return { source: source.slice(0, end) + text + source.slice(end), from: end + 1, to: end + text.length };
  }
  const at = source.lastIndexOf(closing);
  if (at < 0)
    return { source: `${source}\n${block}`, from: source.length + 1, to: source.length + 1 + block.length };
  return putBefore(source, at, block, `${indentAt(source, at)}  `);
}
