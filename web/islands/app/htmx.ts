/** HTMX with its stream extension; what goes wrong with a request is said in a toast. */
import htmx from "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

import { toast } from "./toasts";

const WORDS: Record<number, string> = {
  403: "Your role does not include this.",
  404: "That is not there any more.",
  409: "Somebody else has changed it meanwhile. Load the page again.",
  413: "That is too large.",
  429: "That was a little fast. Wait a moment, then try again.",
};

interface RequestDetail {
  ctx?: { response?: { status?: number }; sourceElement?: Element };
}

document.addEventListener("htmx:response:error", (event) => {
  const status = (event as CustomEvent<RequestDetail>).detail.ctx?.response?.status ?? 0;
  if (status === 422) return; // the form itself comes back, with its errors
  if (status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  toast(WORDS[status] ?? "That did not work. Nothing was changed; try again.", "bad");
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = (event as CustomEvent<RequestDetail>).detail;
  if (ctx?.response || ctx?.sourceElement?.matches("[hx-trigger^=every]")) return; // a poll simply asks again
  toast("There is no connection at the moment. Try again.", "bad");
});

export { htmx };
