// First what would go, then the erasure of exactly that person.
const form = document.querySelector("form[data-forget]");
const found = document.getElementById("found");
const sure = form.querySelector(".sure");
const word = document.getElementById("sure");
const erase = form.querySelector("[data-erase]");
const faults = form.querySelector(".faults");
const lines = (id) => document.getElementById(id).value.split("\n").map((one) => one.trim()).filter(Boolean);

function add(into, name, text) { const one = into.appendChild(document.createElement(name)); one.textContent = text; return one; }

function list(title, texts) {
  if (!texts.length) return;
  add(found, "h2", title);
  const items = found.appendChild(document.createElement("ul"));
  for (const text of texts) add(items, "li", text);
}

function show(done) {
  found.replaceChildren();
  add(found, "h2", done.dry_run ? "What would go" : "What is gone");
  const rows = [...Object.entries(done.changed).map((one) => [...one, "changed"]), ...Object.entries(done.deleted).map((one) => [...one, "deleted"])];
  if (rows.length) {
    const frame = found.appendChild(document.createElement("div"));
    frame.className = "scroll";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "Tables and rows");
    const table = frame.appendChild(document.createElement("table"));
    const head = table.createTHead().insertRow();
    for (const title of ["Table", "Rows", ""]) { const cell = add(head, "th", title || "What"); cell.scope = "col"; if (title === "Rows") cell.className = "n"; }
    const body = table.createTBody();
    for (const [name, count, what] of rows) {
      const row = body.insertRow();
      add(row, "th", name).scope = "row";
      add(row, "td", count.toLocaleString("en")).className = "n";
      add(row, "td", what);
    }
  } else add(found, "p", "Nothing of them is stored.").className = "empty";
  add(found, "p", `${done.tables_searched} tables and ${done.columns_searched} columns were searched afterwards: nothing of the addresses and numbers is left${done.dry_run ? "; then all was taken back" : ""}.`);
  list("A full name of theirs still stands here; a namesake's, or look there", Object.entries(done.names_left).map(([name, count]) => `${name}: ${count}`));
  list("Files of yours that name them: mend or delete these", done.files);
  list("Files not looked through", done.files_unread);
  found.focus();
}

async function look(dryRun) {
  faults.replaceChildren();
  form.setAttribute("aria-busy", "true");
  tell(dryRun ? "Searching every table…" : "Erasing…");
  try {
    const body = { emails: lines("emails"), phones: lines("phones"), dry_run: dryRun, confirm: dryRun ? "" : word.value };
    show(await api(`/tenants/${form.dataset.forget}/forget`, "POST", body));
    sure.hidden = !dryRun;
    word.value = "";
    erase.disabled = true;
    tell(dryRun ? "Nothing was changed." : "Erased.");
  } catch (error) { add(faults, "li", error.message); tell(""); } finally { form.removeAttribute("aria-busy"); }
}

form.addEventListener("submit", (event) => { event.preventDefault(); look(true); });
// Another person than was looked at is not erased.
form.addEventListener("input", (event) => { if (event.target === word) erase.disabled = word.value !== form.dataset.forget; else sure.hidden = true; });
erase.addEventListener("click", () => look(false));
