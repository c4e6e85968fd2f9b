// Service worker that sends plain forms. If the server doesn't respond, the browser stays on the page, and the page
// gets a message. Forms that no page announced are sent unchanged.
const wait = 300;
const pages = new Map(); // the submitting page by form URL
const waiting = new Map();

const ours = (answer) => answer?.headers.has("X-Usher") ?? false;

self.addEventListener("install", (event) => {
  event.addRoutes?.([{ condition: { requestMethod: "GET" }, source: "network" }])?.catch?.(() => {});
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", ({ data, source }) => {
  pages.set(data.sending, source);
  waiting.get(data.sending)?.();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "POST" || request.mode !== "navigate" || !request.referrer.startsWith(`${self.location.origin}/`)) return;
  event.respondWith(send(request));
});

async function send(request) {
  const address = request.url.split("#")[0];
  const page = await sender(address);
  if (!page) return fetch(request);
  const there = await fetch("/livez", { cache: "no-store", redirect: "manual" }).catch(() => null);
  if (!ours(there)) return keep(page, address, there);
  const answer = await fetch(request).catch(() => null);
  return answer?.type === "opaqueredirect" || ours(answer) ? answer : keep(page, address, answer);
}

// Returns the page that submits a form to the URL. Its message may arrive after the request.
async function sender(address) {
  if (!pages.has(address)) {
    await new Promise((done) => {
      waiting.set(address, done);
      setTimeout(done, wait);
    });
    waiting.delete(address);
  }
  const page = pages.get(address);
  pages.delete(address);
  return page;
}

// A 204 response leaves the browser on the current page.
function keep(page, address, answer) {
  page.postMessage({ kept: address, status: answer?.status ?? 0, type: answer?.type });
  return new Response(null, { status: 204 });
}
