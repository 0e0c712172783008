/** Packages that come without types of their own, as far as we use them. */
declare module "@alpinejs/csp" {
  const Alpine: { start(): void };
  export default Alpine;
}

declare module "htmx.org/dist/ext/hx-sse.js";

declare module "bootstrap/js/src/*" {
  const Component: { getOrCreateInstance(element: Element): unknown };
  export default Component;
}

declare module "*.css";
