// A plain form submission leaves its page, and the input is lost if a proxy responds instead of the server.
// The service worker sends it and stays on the page unless the server responds. Without service workers (plain
// HTTP), the page checks that the server is reachable before it submits.
import { free } from "./forms.js";
import { explain, unreachable } from "./outage.js";
import { say } from "./toasts.js";

const workers = navigator.serviceWorker;
const maxWait = 3000; // for the worker of a newly opened page, in ms
const checked = new WeakSet();

workers?.register(document.querySelector("script[data-worker]").dataset.worker, { scope: "/" }).catch(() => {});

const posts = (form, submitter) => (submitter?.getAttribute("formmethod") ?? form.method).toLowerCase() === "post";
const target = (form, submitter) => (submitter?.hasAttribute("formaction") ? submitter.formAction : form.action).split("#")[0];

window.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !posts(form, submitter) || form.target === "_blank") return;
  if (workers?.controller) return workers.controller.postMessage({ sending: target(form, submitter) });
  if (checked.delete(form)) return;
  event.preventDefault();
  check(form, submitter);
});

async function check(form, submitter) {
  const fault = (await controlled()) ? "" : await unreachable(form);
  free(form);
  if (fault) return say(fault);
  checked.add(form);
  form.requestSubmit(submitter);
  checked.delete(form);
}

// Waits until the worker controls the page.
function controlled() {
  if (!workers) return false;
  return new Promise((done) => {
    setTimeout(() => done(false), maxWait);
    workers.addEventListener("controllerchange", () => done(true), { once: true });
  });
}

workers?.addEventListener("message", ({ data }) => {
  if (!data.kept) return;
  const form = [...document.querySelectorAll("form[data-sending]")].find((one) => [one.action, ...[...one.elements].map((e) => e.formAction)].some((a) => a?.split("#")[0] === data.kept));
  if (form) free(form);
  const { status, type } = data;
  say(explain(status || type === "opaqueredirect" ? { status, type } : null, form));
});
