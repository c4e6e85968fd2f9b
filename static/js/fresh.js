// Keeps an open page fresh: when its team has changed, the page is fetched again and its parts marked
// data-fresh are replaced, but for those that show something once (data-once). Who may not see it any more is shown what the server answers instead.
const live = document.getElementById("live");
let due;

function soon() {
  clearTimeout(due);
  due = setTimeout(refresh, 50);
}

async function refresh() {
  const here = location.href;
  const answer = await fetch(here, { headers: { "X-Background": "1" } }).catch(() => null);
  if (!answer || location.href !== here) return;
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || fresh.isEqualNode(old) || old.querySelector("[data-once]")) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
    if (focused) document.getElementById(focused)?.focus();
  }
}

for (const name of ["users", "team", "reconnected", "htmx:sse:close"]) live?.addEventListener(name, soon);
