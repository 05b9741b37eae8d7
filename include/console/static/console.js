// Writes go to our API, runs and pauses to Airflow's own, both as whoever is logged in.
const { root, airflow } = document.body.dataset;
const told = document.getElementById("told");

function tell(text, bad = false) {
  told.textContent = text;
  told.classList.toggle("bad", bad);
}

async function ask(url, method = "GET", body = undefined, more = {}) {
  const headers = { "X-Elt-Csrf": "1", Accept: "application/json", ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const detail = typeof found.detail === "string" ? found.detail : "";
    const message = found.error ? `${found.error.message} ${found.error.do}` : detail || `It ended with ${answer.status}.`;
    throw Object.assign(new Error(message), { faults: found.error?.faults });
  }
  return found;
}

const api = (path, method, body, more) => ask(`${root}/api/v1${path}`, method, body, more);

// Airflow's frame allows neither confirm() nor links to the window around it.
function confirmed(text) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("p").textContent = text;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

if (window.top !== window) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[target=_top]");
    if (!link) return;
    event.preventDefault();
    window.parent.history.pushState({}, "", link.href);
    window.parent.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  });
}

// `spec.name` is the field `name` of the object `spec`.
function nested(entries) {
  const found = {};
  for (const [path, value] of entries) {
    const [last, ...outer] = path.split(".").reverse();
    let into = found;
    for (const part of outer.reverse()) into = into[part] ??= {};
    into[last] = value;
  }
  return found;
}

// What a rewind would have read again, by what the same span took the last time.
async function foreseen(form) {
  try {
    const found = await api(`${form.dataset.api}?to=${encodeURIComponent(form.elements.to.value)}`);
    const many = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
    const span = found.days == null ? "everything" : `${found.to.slice(0, 16).replace("T", " ")} to ${found.cursor.slice(0, 16).replace("T", " ")} UTC, ${many(found.days, "day")}`;
    return await confirmed(`${form.dataset.rewind}: the next run reads again ${span}. ${many(found.loads, "load")} read ${many(found.records, "record")} of it before, in ${many(Math.ceil(found.seconds), "second")}. Rows that are the same stay as they are. Set the cursor back?`);
  } catch (error) { tell(error.message, true); return false; }
}

for (const form of document.querySelectorAll("form[data-api]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.ask && !(await confirmed(form.dataset.ask))) return;
    if (form.dataset.rewind && !(await foreseen(form))) return;
    const method = form.dataset.method ?? "POST";
    try {
      const done = await api(form.dataset.api, method, method === "POST" ? nested(new FormData(form)) : undefined);
      if (form.dataset.show) {
        const dialog = document.getElementById("made");
        dialog.querySelector("pre").textContent = done[form.dataset.show];
        dialog.addEventListener("close", () => location.reload());
        dialog.showModal();
      } else if (form.dataset.then) location.assign(root + form.dataset.then.replace("{tenant}", done.tenant).replace("{org}", done.org));
      else if (done.done === "still_bad") tell("It still does not fit.", true);
      else location.reload();
    } catch (error) { tell(error.message, true); }
  });
}

for (const button of document.querySelectorAll("[data-payload]")) {
  button.addEventListener("click", async () => {
    try {
      const found = await api(button.dataset.payload);
      const dialog = document.getElementById("payload");
      let text = found.payload;
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON: as it came */ }
      const area = dialog.querySelector("textarea");
      area.value = text;
      area.readOnly = found.form === "text";
      const load = dialog.querySelector("[data-load]");
      load.hidden = area.readOnly || found.state !== "open";
      load.onclick = async () => {
        try {
          const done = await api(`${button.dataset.payload}/replay`, "POST", { payload: area.value, reason: "edited in the console" });
          if (done.done === "settled") location.reload(); else tell("It does not fit yet; as edited it is the newest record.", true);
        } catch (error) { tell(error.message, true); }
      };
      dialog.showModal();
    } catch (error) { tell(error.message, true); }
  });
}

const dag = document.querySelector("[data-dag]");
if (dag) {
  const place = `${airflow}/api/v2/dags/${encodeURIComponent(dag.dataset.dag)}`;
  const pause = dag.querySelector("[data-pause]");
  const show = (isPaused) => {
    pause.hidden = false;
    pause.dataset.paused = isPaused ? "yes" : "";
    pause.textContent = isPaused ? "Resume" : "Pause";
  };
  ask(place).then((found) => show(found.is_paused)).catch(() => tell("Airflow does not know this DAG yet."));
  pause.addEventListener("click", async () => {
    try {
      show((await ask(place, "PATCH", { is_paused: !pause.dataset.paused })).is_paused);
      tell(pause.dataset.paused ? "Paused: no run starts by itself." : "It runs on its schedule again.");
    } catch (error) { tell(error.message, true); }
  });
  dag.querySelector("[data-run]").addEventListener("click", async () => {
    try {
      const run = await ask(`${place}/dagRuns`, "POST", { logical_date: null });
      tell(pause.dataset.paused ? "A run waits; resume the feed to let it start." : `Started: ${run.dag_run_id}`);
    } catch (error) { tell(error.message, true); }
  });
}

const backfill = document.querySelector("form[data-backfill]");
if (backfill) {
  const [since, until] = backfill.querySelectorAll("input");
  const after = (day) => new Date(Date.parse(day) + 86400000).toISOString().slice(0, 10);
  for (const day of document.querySelectorAll("[data-day]")) {
    day.addEventListener("click", (event) => {
      const chosen = day.dataset.day;
      if (!event.shiftKey || !since.value || chosen < since.value) since.value = chosen;
      until.value = after(chosen);
    });
  }
  backfill.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (until.value <= since.value) { tell("`to` is not after `from`.", true); return; }
    if (!(await confirmed(`Read ${since.value} to ${until.value} again?`))) return;
    try {
      const place = `${airflow}/api/v2/dags/${encodeURIComponent(backfill.dataset.backfill)}/dagRuns`;
      const run = await ask(place, "POST", { logical_date: null, conf: { from: since.value, to: until.value } });
      tell(`Started: ${run.dag_run_id}`);
    } catch (error) { tell(error.message, true); }
  });
}

const pairs = document.querySelector("[data-pairs]");
if (pairs) {
  const all = [...pairs.querySelectorAll(".pair")];
  const move = (pair, by) => all[Math.min(all.length - 1, Math.max(0, all.indexOf(pair) + by))].focus();
  const decide = async (pair, verdict) => {
    const { kind, left, right } = pair.dataset;
    move(pair, verdict === "none" ? 0 : 1);
    try {
      await api(pairs.dataset.pairs, "POST", { kind, left_id: left, right_id: right, verdict });
      if (verdict === "none") delete pair.dataset.verdict; else pair.dataset.verdict = verdict;
      tell({ must_link: "One.", cannot_link: "Not one.", none: "Taken back." }[verdict]);
    } catch (error) { tell(error.message, true); }
  };
  const keys = { a: "must_link", r: "cannot_link", u: "none" };
  pairs.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const pair = event.target.closest(".pair");
    if (!button || !pair) return;
    if (button.dataset.verdict) decide(pair, button.dataset.verdict); else move(pair, 1);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    const pair = document.activeElement.closest?.(".pair") ?? all[0];
    const key = event.key.toLowerCase();
    const canAct = pair.querySelector("button");
    if (key === "arrowdown" || key === "j" || key === "s") move(pair, 1);
    else if (key === "arrowup" || key === "k") move(pair, -1);
    else if (keys[key] && canAct) decide(pair, keys[key]);
    else return;
    event.preventDefault();
  });
  all[0].focus({ preventScroll: true });
}

const search = document.querySelector("form[data-auto] input[type=search]");
if (search) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input")) { event.preventDefault(); search.focus(); }
  });
}
