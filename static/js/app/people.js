// The invitees of a session: [data-people=URL] contains text areas of addresses (guests, cohosts, presenters), which are
// submitted. Script shows them as a list with a search over the team's members. [data-listed] is the content of the
// text areas as parsed by the server, which also parses pasted lists.
import { ours } from "../outage.js";

const parts = { guests: "Invitee", presenters: "Presenter", cohosts: "Co-host" };

export function start() {
  for (const box of document.querySelectorAll("[data-people]:not([data-on])")) build(box);
}

function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

function build(box) {
  const areas = Object.fromEntries(Object.keys(parts).map((part) => [part, box.querySelector(`textarea[name=${part}]`)]));
  if (Object.values(areas).includes(null)) return;
  box.dataset.on = "";
  areas.guests.id = "guests-list";
  const field = make("input", { class: "input", id: "guests", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "people-found", "aria-autocomplete": "list",
    "aria-describedby": "people-help", autocomplete: "off", spellcheck: "false", placeholder: "Enter a name or an address, or paste a list" });
  const found = make("ul", { class: "people-found", id: "people-found", role: "listbox", "aria-label": "Team members", hidden: "" });
  if (areas.guests.getAttribute("aria-invalid")) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "guests-e people-help");
  }
  const list = make("ul", { class: "people-chosen", "aria-label": "Invitees" });
  const status = make("p", { class: "sr", role: "status" });
  const help = make("p", { class: "fine", id: "people-help" }, "Members appear as you type. Press Enter to add an address, or paste a list.");
  const top = make("div", { class: "field-ours people-pick" }, make("label", { for: "guests" }, "Invitees"), make("div", { class: "people-field" }, field, found), help, status);
  box.prepend(top, list);

  const arrow = document.querySelector(".pick > .icon");

  const listed = JSON.parse(box.dataset.listed || "{}");
  let chosen = Object.keys(parts).flatMap((part) => (listed[part] ?? []).map((one) => ({ ...one, part })));
  let options = [];
  let offeredFor = ""; // the text that the options were found for
  let at = -1;

  const keep = () => {
    for (const [part, area] of Object.entries(areas)) {
      area.value = chosen.filter((one) => one.part === part).map((one) => one.text).join("\n");
    }
  };
  const draw = () => {
    keep();
    list.replaceChildren(...chosen.map((one) => {
      const words = make("span", {}, make("b", { dir: "auto", title: one.name || one.email }, one.name || one.email));
      if (one.name) words.append(make("small", { title: one.email }, one.email));
      const select = make("select", { class: "select", "aria-label": `Role of ${one.name || one.email}` });
      for (const [part, word] of Object.entries(parts)) {
        if (part === "cohosts" && !one.member && one.part !== part) continue;
        const option = make("option", { value: part }, word);
        option.selected = part === one.part;
        select.append(option);
      }
      select.addEventListener("change", () => { one.part = select.value; keep(); });
      const gone = make("button", { class: "btn", type: "button", "data-variant": "ghost", "data-size": "sm" }, "Remove", make("span", { class: "sr" }, ` ${one.name || one.email}`));
      gone.addEventListener("click", () => { chosen = chosen.filter((other) => other !== one); draw(); field.focus(); });
      return make("li", {}, words, make("span", { class: "pick" }, select, arrow.cloneNode(true)), gone);
    }));
  };
  const add = (one) => {
    const email = one.email.toLowerCase();
    if (!email || chosen.some((other) => other.email.toLowerCase() === email)) return;
    chosen.push({ part: "guests", ...one });
    status.textContent = `${one.name || one.email} was added.`;
  };
  // Typed text is added unparsed first, so that it is submitted in any case, and replaced when the server has parsed it.
  const take = async (text) => {
    const typed = { name: "", email: text.trim().split("\n")[0], text, part: "guests", member: false };
    chosen.push(typed);
    field.value = "";
    close();
    draw();
    const answer = await fetch(box.dataset.people, { method: "POST", body: new URLSearchParams({ list: text }) }).catch(() => null);
    if (!answer?.ok || !ours(answer)) return;
    const { people } = await answer.json();
    if (!chosen.includes(typed)) return;
    chosen = chosen.filter((one) => one !== typed);
    for (const one of people) add({ ...one, part: typed.part });
    if (people.length > 1) status.textContent = `${people.length} people were added.`;
    draw();
  };
  // Typed faster than the search answers: a name or address is looked up, and is the member that it finds.
  const lookUp = async (text) => {
    const words = text.trim();
    const typed = { name: "", email: words, text: words, part: "guests", member: false };
    chosen.push(typed);
    field.value = "";
    close();
    draw();
    const people = (await search(words)) ?? [];
    const exact = people.filter((person) => [person.name, person.email].some((one) => one.toLowerCase() === words.toLowerCase()));
    const [person] = exact.length === 1 ? exact : people.length === 1 ? people : [];
    if (!person || !chosen.includes(typed)) return;
    chosen = chosen.filter((one) => one !== typed);
    add({ ...asInvitee(person), part: typed.part });
    draw();
  };
  const search = async (words) => {
    const answer = await fetch(`${box.dataset.people}?q=${encodeURIComponent(words)}`).catch(() => null);
    return answer?.ok && ours(answer) ? (await answer.json()).people : null;
  };
  const asInvitee = (person) => ({ name: person.name === person.email ? "" : person.name, email: person.email, text: person.email, member: true });
  const close = () => {
    options = [];
    offeredFor = "";
    at = -1;
    found.hidden = true;
    found.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (to) => {
    at = to;
    [...found.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) field.setAttribute("aria-activedescendant", found.children[at].id);
    else field.removeAttribute("aria-activedescendant");
  };
  const choose = (person) => {
    add(asInvitee(person));
    field.value = "";
    close();
    draw();
    field.focus();
  };
  const offer = (people, words) => {
    offeredFor = words;
    options = people.filter((person) => !chosen.some((one) => one.email.toLowerCase() === person.email));
    found.replaceChildren(...options.map((person, n) => {
      const item = make("li", { role: "option", id: `people-${n}`, "aria-selected": "false" }, make("b", { dir: "auto", title: person.name }, person.name));
      if (person.name !== person.email) item.append(make("small", { title: person.email }, person.email));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(person); });
      return item;
    }));
    found.hidden = options.length === 0;
    field.setAttribute("aria-expanded", String(options.length > 0));
    mark(options.length > 0 ? 0 : -1);
    status.textContent = options.length > 0 ? `${options.length} found` : "";
  };

  let latest = 0;
  let due;
  field.addEventListener("input", () => {
    clearTimeout(due);
    const words = field.value.trim();
    if (words === "") return close();
    const request = ++latest;
    due = setTimeout(async () => {
      const people = await search(words);
      if (people && request === latest && field.value.trim() === words) offer(people, words);
    }, 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && options.length > 0) mark((at + 1) % options.length);
    else if (event.key === "ArrowUp" && options.length > 0) mark((at + options.length - 1) % options.length);
    else if (event.key === "Escape" && !found.hidden) close();
    else if ((event.key === "Enter" || (event.key === "," || event.key === ";") && field.value.includes("@")) && field.value.trim() !== "") {
      if (event.key === "Enter" && at >= 0 && offeredFor === field.value.trim()) choose(options[at]);
      else if (field.value.includes("@")) take(field.value);
      else lookUp(field.value);
    } else if (event.key !== "Enter") return; // Enter never submits the form from here
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("keypress", (event) => event.key === "Enter" && event.preventDefault());
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!/[\n\r\t,;]/.test(text.trim())) return;
    event.preventDefault();
    take(text);
  });
  field.addEventListener("blur", () => { clearTimeout(due); latest++; close(); if (field.value.includes("@")) take(field.value); });
  field.form?.addEventListener("submit", () => { if (field.value.trim() !== "") take(field.value); });
  draw();
}
