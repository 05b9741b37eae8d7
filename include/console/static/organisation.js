// An organisation's own page, and the one an invitation's link opens.
const organisation = document.querySelector("form[data-organisation]");
organisation?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, tenants } = organisation.elements;
  const body = { name: name.value, tenants: tenants.value.split(/[\s,]+/).filter(Boolean) };
  try {
    await api(organisation.dataset.organisation, "PUT", body, { "If-Match": organisation.dataset.tag });
    location.reload();
  } catch (error) { tell(error.message, true); }
});

for (const role of document.querySelectorAll("select[data-role]")) {
  role.addEventListener("change", async () => {
    try {
      await api(role.dataset.role, "PUT", { role: role.value, tenant: role.dataset.tenant });
      tell("Changed.");
    } catch (error) { tell(error.message, true); }
  });
}

const invitation = document.querySelector("form[data-invitation]");
if (invitation) {
  const token = location.hash.slice(1);
  // Nobody who looks over a shoulder or into the history finds it.
  history.replaceState(null, "", location.pathname);
  // Another link in the same tab changes the end of the address alone.
  addEventListener("hashchange", () => { if (location.hash) location.reload(); });
  if (!token) tell("The link's end is missing: open it anew as it was sent.", true);
  invitation.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await api("/invitations/accept", "POST", { token });
      location.assign(`${root}/`);
    } catch (error) { tell(error.message, true); }
  });
}
