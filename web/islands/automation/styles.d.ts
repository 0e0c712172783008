/** Style sheets are bundled by esbuild; TypeScript only needs to know that they may be imported. */
declare module "*.css";
