// A file to the feed's folder, then the feed's form, which shows what was found in it.
const form = document.querySelector("form[data-upload]");
const picker = document.getElementById("file");
const drop = form.querySelector(".drop");

for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) picker.files = event.dataTransfer.files;
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const faults = form.querySelector(".faults");
  const bar = document.querySelector("progress");
  const feed = document.getElementById("name").value;
  const file = picker.files[0];
  faults.replaceChildren();
  bar.hidden = false;
  try {
    const path = `/tenants/${form.dataset.upload}/feeds/${feed}/uploads/${encodeURIComponent(file.name)}`;
    const answer = await fetch(`${root}/api/v1${path}`, { method: "PUT", body: file, headers: { "X-Elt-Csrf": "1", "Content-Type": "application/octet-stream" } });
    const found = await answer.json();
    if (!answer.ok) throw new Error(`${found.error.message} ${found.error.do}`);
    location.assign(`${root}/tenants/${form.dataset.upload}/sources/new/files?upload=${feed}`);
  } catch (error) {
    const item = document.createElement("li");
    item.textContent = error.message;
    faults.append(item);
  } finally { bar.hidden = true; }
});
