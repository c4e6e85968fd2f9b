// Responses that don't come from the server: a proxy's error page, a network's sign-in page, or none. They never replace
// a part of the page; a toast explains what happened.

/** Reports whether a response comes from the server, which marks its responses. */
export const ours = (answer) => answer?.headers.has("X-Usher") ?? false;

/** Explains a response that isn't the server's, or none (null). form is the submitted form, if any. */
export function explain(answer, form) {
  const kept = form ? " What you entered is still here." : "";
  if (!answer) return `${navigator.onLine ? "The server can't be reached." : "You're offline."}${kept} Check your connection and try again.`;
  if (answer.status === 413) return `${tooLarge(form)}${kept}`;
  if ([502, 503, 504].includes(answer.status)) return `The server can't be reached right now (error ${answer.status}).${kept} Try again in a moment.`;
  if (answer.type === "opaqueredirect" || answer.status < 400) return `Another page answered instead of the server.${kept} If your network or company asks you to sign in, do that in a new tab, then try again.`;
  return `A proxy in front of the server refused this (error ${answer.status}).${kept} Try again, or contact your server administrator.`;
}

function tooLarge(form) {
  const limit = form?.querySelector("input[type=file][data-limit]")?.dataset.limit;
  const what = limit ? `This is too large for the proxy in front of the server. Files can have up to ${limit} here: choose a smaller one` : "This is too large for the proxy in front of the server. Send less at once";
  return `${what}, or ask your server administrator to raise the proxy's limit (error 413).`;
}

/** Returns why the server can't be reached, or "" if it can. */
export async function unreachable(form) {
  const answer = await fetch("/livez", { cache: "no-store", redirect: "manual" }).catch(() => null);
  return ours(answer) ? "" : explain(answer, form);
}
