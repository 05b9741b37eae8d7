// Airflow keeps its reader's choice under this name; without one the system's decides.
(() => {
  const apply = () => {
    let choice = null;
    try { choice = localStorage.getItem("theme"); } catch { /* storage may be closed */ }
    const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    if (window.top !== window) document.documentElement.classList.add("framed");
    document.dispatchEvent(new Event("elt-theme"));
  };
  apply();
  addEventListener("storage", apply);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
})();
