// The event stream. htmx would retry a refused connection forever, so a refusal ends it. Events sent during an
// interruption are lost, so "reconnected" makes the page refresh.
import { ours } from "./outage.js";

const refused = new WeakSet();
const broken = new WeakSet();

document.addEventListener("htmx:sse:error", (event) => {
  broken.add(event.target);
  if ([401, 403, 404].includes(event.detail?.status)) refused.add(event.target);
});

document.addEventListener("htmx:sse:before:connection", (event) => {
  const { connection } = event.detail;
  if (refused.has(event.target)) connection.cancelled = true;
  else if (connection.attempt > 0) broken.add(event.target);
});

document.addEventListener("htmx:sse:after:connection", (event) => {
  event.target.dataset.connected = "";
  if (!broken.delete(event.target)) return;
  event.target.dispatchEvent(new CustomEvent("reconnected", { bubbles: true }));
});

// A proxy's answer to the first request is neither a stream nor a refusal: retry.
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement: element, response, request } = event.detail.ctx;
  if (!element.hasAttribute("hx-sse:connect") || ours(response.raw)) return;
  event.preventDefault();
  retry(element, request.action);
});

document.addEventListener("htmx:error", (event) => {
  const context = event.detail?.ctx;
  if (context?.sourceElement?.hasAttribute("hx-sse:connect") && !context.response) retry(context.sourceElement, context.request.action);
});

function retry(element, url) {
  broken.add(element);
  setTimeout(() => element.isConnected && window.htmx.ajax("GET", url, { source: element }), 3000 + Math.random() * 3000);
}

// htmx may have processed the page before its stream extension loaded, as in Firefox after going back.
const live = document.querySelector("#live:not([data-htmx-powered])");
if (live) window.htmx?.process(live);
