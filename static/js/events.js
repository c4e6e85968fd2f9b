// The stream of what changed. htmx would ask a server that refuses for ever: a refusal ends it. After a break
// events were missed, so the element says "reconnected" and lists fetch themselves again.
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

// A proxy's answer to the first call is no stream and no refusal: the server is asked again.
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement: element, response, request } = event.detail.ctx;
  if (!element.hasAttribute("hx-sse:connect") || ours(response.raw)) return;
  event.preventDefault();
  again(element, request.action);
});

document.addEventListener("htmx:error", (event) => {
  const context = event.detail?.ctx;
  if (context?.sourceElement?.hasAttribute("hx-sse:connect") && !context.response) again(context.sourceElement, context.request.action);
});

function again(element, address) {
  broken.add(element);
  setTimeout(() => element.isConnected && window.htmx.ajax("GET", address, { source: element }), 3000 + Math.random() * 3000);
}

// htmx may have read the page before the script that knows of streams had come, as Firefox does after a step back.
const live = document.querySelector("#live:not([data-htmx-powered])");
if (live) window.htmx?.process(live);
