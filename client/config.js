// Where the services are. The server of this page (or the gateway) may answer this path with its own
// text, for example  window.HAZIR = { auth: "", attendance: "", face: "", feed: "/ws" };
// ("" means: the origin of the page). Left alone, lib/config.js takes the same host and the usual ports.
