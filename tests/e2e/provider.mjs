// A real OpenID provider for the tests of auth_service: `node provider.mjs PORT CALLBACK`.
// Anybody may sign in there under any login, except `out`, which it does not know.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

function key(kid, alg, ...how) {
  const { privateKey } = generateKeyPairSync(...how);
  return { ...privateKey.export({ format: "jwk" }), kid, alg, use: "sig" };
}

const started = Date.now();
const people = {
  ayse: { name: "Ayşe Yılmaz", number: "3001", groups: ["teachers", "everybody"] },
  veli: { name: "Veli Demir", number: "3002", groups: ["students"] },
};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "hazir",
      client_secret: "a secret of the client & its +signs",
      redirect_uris: [callback],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      id_token_signed_response_alg: "RS256",
    },
    {
      client_id: "hazir-public",
      redirect_uris: [callback],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
    },
  ],
  jwks: {
    keys: [
      key(`rsa-${started}`, "RS256", "rsa", { modulusLength: 2048 }),
      key(`ec-${started}`, "ES256", "ec", { namedCurve: "P-256" }),
    ],
  },
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups", "number"] },
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: true } },
  findAccount(_, login) {
    if (login === "out") return undefined;
    const known = people[login] ?? { name: login, groups: [] };
    return {
      accountId: login,
      claims: () => ({ sub: `id-${login}`, preferred_username: login, ...known }),
    };
  },
});

createServer(provider.callback()).listen(Number(port), "127.0.0.1");
