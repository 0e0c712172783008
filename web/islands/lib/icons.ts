/** Icons of the one sprite: `icon("x")` names them literally, so that the build finds them. */
const SVG = "http://www.w3.org/2000/svg";

export function iconAddress(name: string): string {
  const sprite = document.querySelector<HTMLMetaElement>('meta[name="icons"]')?.content ?? "";
  return `${sprite}#${name}`;
}

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", iconAddress(name));
  svg.append(use);
  return svg;
}
