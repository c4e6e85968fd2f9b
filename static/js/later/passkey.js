// form[data-passkey=get|create] asks for a passkey with the options in data-options, and sends the answer of the browser in its field.
const kinds = {
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};
const words = {
  NotAllowedError: { get: "No passkey was used. Try again, or sign in another way.", create: "No passkey was created. Try again." },
  InvalidStateError: { create: "This device already has a passkey for your account." },
};

export function fill() {
  const form = document.querySelector("form[data-passkey]");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "";
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return say(form, "This browser can't use passkeys here. Update it, or use another one.");
  form.addEventListener("submit", (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form);
  });
  ask(form);
}

async function ask(form) {
  const kind = form.dataset.passkey;
  say(form, "");
  try {
    const made = await kinds[kind](JSON.parse(form.dataset.options));
    form.elements.answer.value = JSON.stringify(made);
    form.requestSubmit();
  } catch (refused) {
    say(form, words[refused.name]?.[kind] ?? "The passkey didn't work. Try again, or sign in another way.");
  }
}

function say(form, sentence) {
  const place = form.querySelector("[data-say]");
  place.textContent = sentence;
  place.hidden = !sentence;
}
