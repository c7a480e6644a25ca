// Whether this browser is a kiosk's. Not a secret and no right: it only keeps a tablet at an entrance from becoming somebody's page.
const KEY = "hazir.kiosk";

/** {id, name} of the device account this browser belongs to, else null. */
export function boundTo() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function bind(me) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ id: me.employee_id, name: me.full_name || me.username }));
  } catch {
    // Without storage the device account's own session still shows nothing but the kiosk.
  }
}

export const release = () => localStorage.removeItem(KEY);
