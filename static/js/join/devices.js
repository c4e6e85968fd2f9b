// The device check before a session: camera preview, microphone level and speaker test.
// The choices are stored for the live session page.
const store = "usher.stage";
const inputs = { camera: "videoinput", microphone: "audioinput", speaker: "audiooutput" };

let box = null, stream, meter, choices = {};

export function start() {
  const found = document.querySelector("[data-check]");
  if (found === box) return;
  stop();
  box = found;
  if (!box) return;
  choices = read();
  box.hidden = false;
  if (!navigator.mediaDevices?.getUserMedia) return explain("", { name: "InsecureContext" });
  part("begin").addEventListener("click", open);
  part("test").addEventListener("click", sound);
  for (const kind of ["camera", "microphone"]) part(`use-${kind}`).addEventListener("change", (event) => use(kind, event.target.checked));
  for (const kind of Object.keys(inputs)) part(kind).addEventListener("change", (event) => choose(kind, event.target.value));
  navigator.mediaDevices.ondevicechange = () => stream && list();
  permitted().then((granted) => granted && box === found && !("open" in box.dataset) && open());
}

window.addEventListener("pagehide", stop);

const part = (name) => box.querySelector(`[data-part="${name}"]`);

function read() {
  try {
    return JSON.parse(localStorage.getItem(store)) ?? {};
  } catch (refused) {
    return {};
  }
}

function keep(key, value) {
  choices = { ...read(), ...choices, [key]: value };
  try {
    localStorage.setItem(store, JSON.stringify(choices));
  } catch (refused) {
    // Without storage, the choice applies to this page only.
  }
}

// Reports whether permission is already granted: then the check starts automatically.
async function permitted() {
  try {
    const states = await Promise.all(["camera", "microphone"].map((name) => navigator.permissions.query({ name })));
    return states.every((permission) => permission.state === "granted");
  } catch (unknown) {
    return false;
  }
}

const want = (kind) => choices[kind] !== false;
const device = (kind) => (choices[inputs[kind]] ? { deviceId: { ideal: choices[inputs[kind]] } } : true);

async function open() {
  if (!box) return;
  const opened = box;
  stop();
  explain("");
  box.dataset.open = "";
  stream = new MediaStream();
  for (const kind of ["camera", "microphone"]) {
    part(`use-${kind}`).checked = want(kind);
    if (want(kind)) await add(kind);
    if (box !== opened) return;
  }
  await list();
}

// The page may replace or remove the check while the browser asks for permission.
async function add(kind) {
  const asking = stream;
  try {
    const got = await navigator.mediaDevices.getUserMedia(kind === "camera" ? { video: device(kind) } : { audio: device(kind) });
    for (const track of got.getTracks()) stream === asking ? stream.addTrack(track) : track.stop();
    if (stream !== asking) return;
  } catch (refused) {
    if (stream !== asking) return;
    part(`use-${kind}`).checked = false;
    explain(kind, refused);
  }
  show();
}

// A picture that goes on keeps its stream: another one would flicker.
function show() {
  const video = part("picture"), pictures = stream.getVideoTracks();
  if (pictures[0] !== video.srcObject?.getVideoTracks()[0]) video.srcObject = pictures.length > 0 ? new MediaStream(pictures) : null;
  box.toggleAttribute("data-dark", pictures.length === 0);
  listen();
}

function listen() {
  clearInterval(meter?.timer);
  meter?.context.close();
  meter = undefined;
  part("level").value = 0;
  if (stream.getAudioTracks().length === 0) return;
  const context = new AudioContext(), analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
  const heard = new Uint8Array(analyser.fftSize);
  meter = { context, timer: setInterval(() => {
    analyser.getByteTimeDomainData(heard);
    part("level").value = Math.min(1, Math.max(...heard.map((n) => Math.abs(n - 128))) / 64);
  }, 100) };
}

function drop(kind) {
  for (const track of stream?.getTracks() ?? []) {
    if ((track.kind === "video") !== (kind === "camera")) continue;
    track.stop();
    stream.removeTrack(track);
  }
}

async function use(kind, on) {
  keep(kind, on);
  drop(kind);
  explain("");
  if (on) await add(kind);
  if (!stream) return;
  show();
  list();
}

async function choose(kind, id) {
  keep(inputs[kind], id);
  if (kind === "speaker") return;
  if (kind === "camera") keep("facing", /back|rear|environment/i.test(part(kind).selectedOptions[0]?.textContent ?? "") ? "environment" : "user");
  if (part(`use-${kind}`).checked) await use(kind, true);
}

async function list() {
  const all = (await navigator.mediaDevices.enumerateDevices().catch(() => [])).filter((one) => one.deviceId !== "");
  if (!box) return;
  for (const [kind, name] of Object.entries(inputs)) {
    const field = part(kind), found = all.filter((one) => one.kind === name);
    const active = stream?.getTracks().find((track) => (track.kind === "video") === (kind === "camera") && kind !== "speaker")?.getSettings().deviceId;
    field.replaceChildren(...found.map((one, n) => new Option(one.label || `${field.dataset.word} ${n + 1}`, one.deviceId)));
    if (found.length === 0) field.append(new Option(field.dataset.none, ""));
    field.disabled = found.length === 0;
    const wanted = active ?? choices[name];
    if (found.some((one) => one.deviceId === wanted)) field.value = wanted;
  }
}

// Plays two notes on the selected speaker.
async function sound() {
  const context = new AudioContext();
  const speaker = part("speaker").value;
  if (speaker && context.setSinkId) await context.setSinkId(speaker).catch(() => {});
  const volume = context.createGain();
  volume.gain.value = 0.15;
  volume.connect(context.destination);
  [523.25, 659.25].forEach((frequency, n) => {
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(volume);
    note.start(context.currentTime + n * 0.35);
    note.stop(context.currentTime + n * 0.35 + 0.3);
    note.onended = () => n === 1 && context.close();
  });
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  clearInterval(meter?.timer);
  meter?.context.close();
  stream = meter = undefined;
}

const words = {
  NotAllowedError: (what) => `Your browser blocks the ${what} for this page. Allow it in the site settings next to the address, then check again. You can also join without it.`,
  NotFoundError: (what) => `No ${what} found. Connect one, or join without it.`,
  NotReadableError: (what) => `Another app is using the ${what}. Close it, then check again.`,
  InsecureContext: () => "Camera and microphone only work over HTTPS. Contact your server administrator.",
};

function explain(kind, refused) {
  const say = part("say");
  if (!refused) return (say.textContent = "");
  const sentence = (words[refused.name] ?? ((what) => `The ${what} didn't start. Choose another one, or join without it.`))(kind);
  say.textContent = say.textContent && !say.textContent.includes(sentence) ? `${say.textContent} ${sentence}` : sentence;
}
