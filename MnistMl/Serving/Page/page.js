// What is drawn stays strokes: shown as sharp as the screen is, and sent as a PNG of one size. What is done to an image is done
// by the server, by the code that reads files.
const BRUSH = 0.078, SENT_SIDE = 280, KEY_STEP = 0.04, ANNOUNCE_AFTER = 700, MAX_BARS = 10;

const $ = id => document.getElementById(id);
const canvas = $("canvas"), context = canvas.getContext("2d");

/** What was done, in order: strokes (their points, from 0 to 1), images (a file and its address), and clearings. */
const history = [];
const pen = { x: 0.5, y: 0.5, isDown: false, isShown: false };
let stroke = null;
let model = null;
/** The digit of a number that somebody wants to look at; null for the least sure. */
let chosen = null;

/** What is to be seen: what came after the last clearing or image. */
function scene() {
  let first = history.length;
  while (first > 0 && Array.isArray(history[first - 1])) first--;
  const image = history[first - 1]?.file ? history[first - 1] : null;
  return { image: first === history.length ? image : null, strokes: history.slice(first) };
}

// Drawing

function draw(target, side, strokes, ink) {
  target.lineWidth = BRUSH * side;
  target.lineCap = target.lineJoin = "round";
  target.strokeStyle = ink;
  for (const points of strokes) {
    target.beginPath();
    target.moveTo(points[0].x * side, points[0].y * side);
    for (let i = 1; i < points.length - 1; i++) {
      const [at, next] = [points[i], points[i + 1]];
      target.quadraticCurveTo(at.x * side, at.y * side, (at.x + next.x) / 2 * side, (at.y + next.y) / 2 * side);
    }
    // A stroke of one point is a dot.
    target.lineTo(points.at(-1).x * side, points.at(-1).y * side);
    target.stroke();
  }
}

function show() {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  context.clearRect(0, 0, side, side);
  const { image, strokes } = scene();
  const colors = getComputedStyle(document.documentElement);
  draw(context, side, strokes, colors.getPropertyValue("--ink"));
  if (pen.isShown) {
    context.beginPath();
    context.arc(pen.x * side, pen.y * side, BRUSH * side / 2, 0, 2 * Math.PI);
    context.lineWidth = 3 * devicePixelRatio;
    context.strokeStyle = colors.getPropertyValue("--accent");
    if (pen.isDown) {
      context.fillStyle = colors.getPropertyValue("--accent");
      context.fill();
    }
    context.stroke();
  }
  const isSeen = image !== null && !image.isBroken;
  $("photo").hidden = !isSeen;
  if (isSeen && $("photo").src !== image.address) $("photo").src = image.address;
  document.body.classList.toggle("is-drawn", isSeen || strokes.length > 0);
  $("undo").disabled = history.length === 0;
  $("clear").disabled = image === null && strokes.length === 0;
}

function changed() {
  show();
  ask();
}

function at(event) {
  const box = canvas.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

canvas.addEventListener("pointerdown", event => {
  if (!event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  canvas.focus({ focusVisible: false });
  canvas.setPointerCapture(event.pointerId);
  [pen.isDown, pen.isShown] = [false, false];
  history.push(stroke = [at(event)]);
  show();
});

canvas.addEventListener("pointermove", event => {
  if (!stroke || !event.isPrimary) return;
  const events = event.getCoalescedEvents?.() ?? [];
  for (const one of events.length > 0 ? events : [event]) stroke.push(at(one));
  changed();
});

for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, event => {
    if (!event.isPrimary || !stroke) return;
    stroke = null;
    ask();
  });
}

const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

canvas.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const move = moves[event.key];
  if (move) {
    const within = value => Math.min(0.97, Math.max(0.03, value));
    [pen.x, pen.y] = [within(pen.x + move[0] * KEY_STEP), within(pen.y + move[1] * KEY_STEP)];
    pen.isShown = true;
    if (pen.isDown) history.at(-1).push({ x: pen.x, y: pen.y });
  } else if (event.key === " " || event.key === "Enter") {
    if (event.repeat) return;
    pen.isShown = true;
    pen.isDown = !pen.isDown;
    if (pen.isDown) history.push([{ x: pen.x, y: pen.y }]);
    announce(pen.isDown ? "Pen down" : "Pen up", 0);
  } else if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") {
    clear();
  } else {
    return;
  }
  event.preventDefault();
  if (pen.isDown) changed();
  else show();
});

canvas.addEventListener("focus", () => {
  pen.isShown = canvas.matches(":focus-visible");
  show();
});

canvas.addEventListener("blur", () => {
  [pen.isDown, pen.isShown] = [false, false];
  show();
});

function undo() {
  if (history.length === 0) return;
  [stroke, pen.isDown] = [null, false];
  history.pop();
  changed();
}

function clear() {
  const { image, strokes } = scene();
  if (image === null && strokes.length === 0) return;
  [stroke, pen.isDown] = [null, false];
  history.push({});
  changed();
}

$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clear);
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undo();
  }
});

// Images

function open(file) {
  if (!file) return;
  [stroke, pen.isDown] = [null, false];
  history.push({ file, address: URL.createObjectURL(file) });
  changed();
}

for (const input of [$("file"), $("shot")]) {
  input.addEventListener("change", () => {
    open(input.files[0]);
    input.value = "";
  });
}

$("open").addEventListener("click", () => $("file").click());

$("photo").addEventListener("error", () => {
  for (const one of history) one.isBroken ||= one.address === $("photo").src;
  show();
});

document.addEventListener("paste", event => open(imageIn(event.clipboardData)));

const imageIn = data => [...data.files].find(file => file.type.startsWith("image/")) ?? data.files[0];

let dragged = 0;
document.addEventListener("dragenter", () => document.body.classList.toggle("is-dropping", ++dragged > 0));
document.addEventListener("dragleave", () => document.body.classList.toggle("is-dropping", --dragged > 0));
document.addEventListener("dragover", event => event.preventDefault());
document.addEventListener("drop", event => {
  event.preventDefault();
  dragged = 0;
  document.body.classList.remove("is-dropping");
  open(imageIn(event.dataTransfer));
});

// Telephones have a better camera than what can be shown here.
$("camera").addEventListener("click", async () => {
  if (!navigator.mediaDevices?.getUserMedia || matchMedia("(pointer: coarse)").matches) {
    $("shot").click();
    return;
  }
  try {
    $("take").disabled = true;
    $("video").srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    $("viewfinder").showModal();
  } catch (failure) {
    tell(failure.name === "NotFoundError" ? "No camera is found." : "The camera cannot be used: it is not allowed, or something else uses it.", true);
  }
});

$("video").addEventListener("loadeddata", () => $("take").disabled = false);

$("take").addEventListener("click", () => {
  const [frame, video] = [document.createElement("canvas"), $("video")];
  [frame.width, frame.height] = [video.videoWidth, video.videoHeight];
  frame.getContext("2d").drawImage(video, 0, 0);
  frame.toBlob(blob => open(blob), "image/png");
  $("viewfinder").close();
});

$("cancel").addEventListener("click", () => $("viewfinder").close());
$("viewfinder").addEventListener("close", () => {
  $("video").srcObject?.getTracks().forEach(track => track.stop());
  $("video").srcObject = null;
});

// The answer

let isAsking = false, isDirty = false;

/** Asks for what is drawn; while an answer is under way, only for the newest that comes after it. */
async function ask() {
  isDirty = true;
  if (isAsking) return;
  isAsking = true;
  $("bars").ariaBusy = "true";
  while (isDirty) {
    isDirty = false;
    const { image, strokes } = scene();
    if (image === null && strokes.length === 0) {
      showNothing();
      continue;
    }
    try {
      const body = image?.file ?? await pngOf(strokes);
      const response = await fetch("api/predict?steps=true&number=true", { method: "POST", headers: { "Content-Type": body.type || "image/png" }, body });
      const answer = await response.json();
      if (isDirty && !image && response.status === 503) continue;
      if (response.ok) showAnswer(answer);
      else showProblem(answer);
      if (answer.model !== model?.model) await askForModel();
    } catch {
      showProblem({ detail: "The server does not answer. Is it still running?" });
    }
  }
  isAsking = false;
  $("bars").ariaBusy = "false";
}

function pngOf(strokes) {
  const sent = document.createElement("canvas");
  sent.width = sent.height = SENT_SIDE;
  const target = sent.getContext("2d");
  target.fillStyle = "#fff";
  target.fillRect(0, 0, SENT_SIDE, SENT_SIDE);
  draw(target, SENT_SIDE, strokes, "#000");
  return new Promise(done => sent.toBlob(done, "image/png"));
}

const percent = share => (share >= 0.9995 && share < 1 ? "> 99.9" : (100 * share).toFixed(1)) + " %";

const orderOf = probabilities => probabilities.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]);

function showAnswer({ label, probabilities, warnings, image, steps, number, digits }) {
  const order = orderOf(probabilities);
  const [best, second] = order;
  const isSure = probabilities[best] >= 0.9;
  document.body.classList.remove("is-empty");
  showLabel(label);
  $("confidence").textContent = percent(probabilities[best]);
  $("runner-up").textContent = !(probabilities[second] >= 0.001) ? "" : `${isSure ? "then" : "or perhaps"} ${model?.labels[second] ?? ""}, ${percent(probabilities[second])}`;
  if (number) {
    showLabel(label = number);
    const shares = digits.map(digit => Math.max(...digit.probabilities)), least = shares.indexOf(Math.min(...shares));
    $("confidence").textContent = percent(shares.reduce((all, share) => all * share, 1));
    $("runner-up").textContent = `${digits.length} digits, least sure the ${digits[least].label}`;
    if (digits.length !== $("digits").children.length) chosen = null;
    showDigits(digits, shares, steps);
    showDigit(digits, chosen ?? least, steps);
  } else {
    showOneDigit();
    showBars(probabilities, order, "Probabilities");
    showSteps(image, steps);
  }
  tell(warnings.join(" "), false);
  announce([`${label}, ${$("confidence").textContent}`, isSure && !number ? "" : $("runner-up").textContent, ...warnings].filter(Boolean).join(". "), ANNOUNCE_AFTER);
}

/** What is long is written smaller. */
function showLabel(text) {
  $("label").textContent = text;
  $("label").style.setProperty("--letters", text.length);
}

function showProblem({ type, detail, title, steps }) {
  const message = detail ?? title ?? "Something went wrong.";
  const isEmpty = type === "urn:mnistml:no-digit";
  // What has just been begun need not be a digit.
  if (isEmpty && stroke) return;
  showEmpty(isEmpty ? "No digit" : "No answer");
  showSteps(null, steps);
  tell(message, !isEmpty);
  announce(message, ANNOUNCE_AFTER);
}

function showNothing() {
  showEmpty("Nothing is drawn yet");
  showSteps(null, null);
  tell("", false);
  announce("Empty", ANNOUNCE_AFTER);
}

function showEmpty(text) {
  showOneDigit();
  document.body.classList.add("is-empty");
  showLabel("–");
  $("confidence").textContent = text;
  $("runner-up").textContent = "";
  if (model) showBars(model.labels.map(() => 0), model.labels.map((_, i) => i), "Probabilities");
}

function showOneDigit() {
  chosen = null;
  $("digits").hidden = true;
  $("digits").replaceChildren();
  showBoxes([], 0);
}

/** A button for each digit of a number, which stays where it has the focus. */
function showDigits(digits, shares, steps) {
  const list = $("digits");
  list.hidden = false;
  while (list.children.length > digits.length) list.lastChild.remove();
  while (list.children.length < digits.length) {
    const [button, input, name, share] = ["label", "input", "b", "small"].map(tag => document.createElement(tag));
    [input.type, input.name, input.className] = ["radio", "digit", "for-readers"];
    button.append(input, name, " ", share);
    list.append(button);
  }
  digits.forEach((digit, i) => {
    const [input, name, share] = list.children[i].children;
    [name.textContent, share.textContent] = [digit.label, percent(shares[i])];
    input.onchange = () => showDigit(digits, chosen = i, steps);
  });
}

/** What is read of a digit of a number, and what the network sees of it: the steps to it follow those of the whole image. */
function showDigit(digits, index, steps) {
  const digit = digits[index];
  $("digits").children[index].firstChild.checked = true;
  showBoxes(digits, index);
  showBars(digit.probabilities, orderOf(digit.probabilities), `Probabilities of digit ${index + 1} of ${digits.length}`);
  showSteps(digit.image, [...steps, ...digit.steps]);
}

/** Where the digits of a number are, in the image that was sent, which is shown as large as there is room. */
function showBoxes(digits, shown) {
  const photo = $("photo"), isPhoto = !photo.hidden && photo.naturalWidth > 0;
  const [width, height] = isPhoto ? [photo.naturalWidth, photo.naturalHeight] : [SENT_SIDE, SENT_SIDE];
  const longer = Math.max(width, height);
  const place = (value, length) => `${100 * (value + (longer - length) / 2) / longer}%`;
  $("boxes").replaceChildren(...digits.map(({ label, box: [left, top, right, bottom] }, i) => {
    const [box, name] = [document.createElement("li"), document.createElement("span")];
    name.textContent = label;
    box.classList.toggle("is-shown", i === shown);
    [box.style.left, box.style.top] = [place(left, width), place(top, height)];
    [box.style.width, box.style.height] = [`${100 * (right - left) / longer}%`, `${100 * (bottom - top) / longer}%`];
    box.append(name);
    return box;
  }));
}

/** A bar for each class, in their order; of many classes, for the most probable. */
function showBars(probabilities, order, label) {
  const shown = probabilities.length <= MAX_BARS ? probabilities.map((_, i) => i) : order.slice(0, MAX_BARS);
  const bars = $("bars");
  bars.setAttribute("aria-label", label);
  while (bars.children.length < shown.length) {
    const [bar, name, track, share] = ["li", "span", "span", "span"].map(tag => document.createElement(tag));
    track.className = "track";
    for (const [key, value] of Object.entries({ role: "meter", "aria-valuemin": "0", "aria-valuemax": "100" })) track.setAttribute(key, value);
    for (const text of [name, share]) text.setAttribute("aria-hidden", "true");
    bar.append(name, track, share);
    bars.append(bar);
  }
  shown.forEach((index, i) => {
    const [name, track, share] = bars.children[i].children, probability = probabilities[index];
    name.textContent = model?.labels[index] ?? "";
    track.setAttribute("aria-label", name.textContent);
    track.setAttribute("aria-valuenow", (100 * probability).toFixed(1));
    track.setAttribute("aria-valuetext", percent(probability));
    track.style.setProperty("--share", probability);
    share.textContent = percent(probability);
    bars.children[i].classList.toggle("is-best", index === order[0] && probability > 0);
  });
}

function showSteps(image, steps) {
  $("image").hidden = !image;
  if (image) {
    $("image").src = image;
    $("image").alt = "The image of 28 × 28 pixels that the network sees";
  }
  const list = $("steps");
  while (list.children.length > (steps?.length ?? 0)) list.lastChild.remove();
  (steps ?? []).forEach((step, i) => {
    if (!list.children[i]) {
      const [item, figure, picture, caption] = ["li", "figure", "img", "figcaption"].map(tag => document.createElement(tag));
      picture.alt = "";
      figure.append(picture, caption);
      item.append(figure);
      list.append(item);
    }
    const figure = list.children[i].firstChild;
    figure.firstChild.src = step.image;
    figure.lastChild.textContent = step.name;
    list.children[i].classList.toggle("is-last", i === steps.length - 1 && image !== null);
  });
}

function tell(message, isError) {
  $("message").hidden = !message;
  $("message").textContent = message;
  $("message").classList.toggle("is-error", isError);
}

let announcing = 0;

/** Says something to screen readers, unless something newer comes before. */
function announce(message, delay) {
  clearTimeout(announcing);
  const say = () => $("status").textContent = message;
  if (delay > 0) announcing = setTimeout(say, delay);
  else say();
}

async function askForModel() {
  const response = await fetch("api/model");
  if (!response.ok) return;
  model = await response.json();
  const number = new Intl.NumberFormat("en");
  $("model").textContent = [
    model.file, model.network, model.parameters && `${number.format(model.parameters)} parameters`, `SHA-256 ${model.model.slice(0, 12)}`,
    `loaded ${new Date(model.loadedAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`,
  ].filter(Boolean).join(" · ");
  if (!model.takesImages) tell(`This model takes ${model.pixels} pixels: drawings, which become 28 × 28, are not for it.`, true);
}

new ResizeObserver(show).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
askForModel().then(() => history.length === 0 && showNothing(), () => tell("The server does not answer.", true));
