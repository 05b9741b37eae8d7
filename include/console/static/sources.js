// The form of a feed: what it says becomes the block a tenant's file would have.
const form = document.querySelector("form[data-tenant]");
const faults = form.querySelector(".faults");
const steps = document.querySelector(".steps");
const rows = document.getElementById("rows");
const original = JSON.parse(document.getElementById("spec").textContent);
const place = () => form.dataset.feed || document.getElementById("name").value;
const below = (path = "") => `/tenants/${form.dataset.tenant}/feeds/${encodeURIComponent(place())}${path}`;

function said(field) {
  if (field.dataset.kind === "bool") {
    return field.checked === (field.dataset.default === "yes") ? undefined : field.checked;
  }
  const text = field.value.trim();
  if (text === "") return undefined;
  return field.dataset.kind === "number" ? Number(text) : text;
}

function build() {
  const spec = { ...original, options: { ...(original.options ?? {}) } };
  const put = (into, name, value) => { if (value === undefined) delete into[name]; else into[name] = value; };
  for (const field of form.querySelectorAll("[data-spec]")) put(spec, field.dataset.spec, said(field));
  for (const field of form.querySelectorAll("[data-option]")) put(spec.options, field.dataset.option, said(field));
  if (!Object.keys(spec.options).length) delete spec.options;
  const streams = [...form.querySelectorAll("[data-stream]")];
  const chosen = streams.filter((one) => one.checked).map((one) => one.dataset.stream);
  if (chosen.length < streams.length) spec.streams = chosen; else if (streams.length) delete spec.streams;
  const connector = form.dataset.connector;
  if (connector && connector !== place()) spec.connector = connector;
  return spec;
}

function secrets() {
  const given = {};
  for (const field of form.querySelectorAll("[data-secret]")) if (field.value) given[field.dataset.secret] = field.value;
  return given;
}

function list(into, texts) {
  into.replaceChildren(...texts.map((text) => { const item = document.createElement("li"); item.textContent = text; return item; }));
}

async function attempt(work) {
  list(faults, []);
  form.setAttribute("aria-busy", "true");
  try { await work(); } catch (error) {
    list(faults, error.faults?.length ? error.faults : [error.message]);
    faults.scrollIntoView({ block: "nearest" });
  } finally { form.removeAttribute("aria-busy"); }
}

async function save() {
  const body = { spec: build(), secrets: secrets() };
  if (form.dataset.tag) await api(below(), "PUT", body, { "If-Match": form.dataset.tag });
  else await api(`/tenants/${form.dataset.tenant}/feeds`, "POST", { ...body, feed: place() });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    if (form.dataset.file) {
      await api(below("/secrets"), "PUT", { secrets: secrets() });
      tell("Kept.");
      return;
    }
    await save();
    location.assign(`${root}/tenants/${form.dataset.tenant}/sources`);
  });
});

// The vendor's page wants the whole window: it refuses to be framed.
function leave(address) {
  const link = window.top.document.createElement("a");
  link.href = address;
  link.rel = "noreferrer";
  window.top.document.body.append(link);
  link.click();
}

form.querySelector("[data-consent]")?.addEventListener("click", () => attempt(async () => {
  if (!form.dataset.file && !form.dataset.tag) {
    if (!form.reportValidity()) return;
    await save();
  } else if (Object.keys(secrets()).length) await api(below("/secrets"), "PUT", { secrets: secrets() });
  leave((await api(below("/consent"), "POST", {})).address);
}));

form.querySelector("[data-test]").addEventListener("click", () => attempt(async () => {
  list(steps, ["Asking the source…"]);
  try {
    const found = await api(below("/test"), "POST", { spec: build(), secrets: secrets() });
    const marks = { ok: "✓", warning: "!", failed: "✗" };
    list(steps, found.items.map((one) => `${marks[one.state]} ${one.what}${one.stream ? ` ${one.stream}` : ""}: ${one.message}`));
  } catch (error) { list(steps, []); throw error; }
}));

form.querySelector("[data-preview]").addEventListener("click", () => attempt(async () => {
  rows.textContent = "Reading…";
  try {
    const found = await api(below("/preview"), "POST", { spec: build(), secrets: secrets() });
    rows.replaceChildren(draw(found));
    offer(found);
  } catch (error) { rows.textContent = ""; throw error; }
}));

// What was found, as the block in which it can be corrected.
function offer(found) {
  const area = document.getElementById("option-streams");
  if (!area || area.value.trim() || !found.columns.length) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second";
  button.textContent = "Correct types and key";
  button.addEventListener("click", () => {
    const quoted = (text) => JSON.stringify(text);
    const columns = Object.entries(found.types).filter(([name]) => !name.startsWith("_"));
    area.value = [
      `${found.stream}:`, `  files: ["*"]`, `  primary_key: [${found.key.map(quoted).join(", ")}]`, "  columns:",
      ...columns.map(([name, type]) => `    ${quoted(name)}: ${type}`),
    ].join("\n");
    area.focus();
  });
  rows.append(button);
}

function draw(found) {
  const frame = document.createElement("div");
  frame.className = "scroll";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", `First rows of ${found.stream}`);
  const table = frame.appendChild(document.createElement("table"));
  table.createCaption().textContent = `First rows of ${found.stream}`;
  const head = table.createTHead().insertRow();
  for (const name of found.columns) {
    const cell = head.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = `${name}${found.key.includes(name) ? " (key)" : ""} ${found.types[name] ?? ""}`;
  }
  const body = table.createTBody();
  for (const row of found.rows) { const line = body.insertRow(); for (const value of row) line.insertCell().textContent = value ?? "–"; }
  return frame;
}

form.querySelector("[data-remove]")?.addEventListener("click", async () => {
  if (!(await confirmed("Remove this feed? Its DAG goes; what it has loaded stays."))) return;
  attempt(async () => {
    await api(below(), "DELETE", undefined, { "If-Match": form.dataset.tag });
    location.assign(`${root}/tenants/${form.dataset.tenant}/sources`);
  });
});

for (const button of document.querySelectorAll("[data-back]")) {
  button.addEventListener("click", () => attempt(async () => {
    await api(below("/rollback"), "POST", { version: Number(button.dataset.back) }, { "If-Match": form.dataset.tag });
    location.reload();
  }));
}

if (form.dataset.upload) form.querySelector("[data-preview]").click();
