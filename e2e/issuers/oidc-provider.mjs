// An OAuth 2.0 server with other habits than Keycloak's: opaque tokens, a client that signs its assertions, rich
// authorization requests, no token exchange.
//   node oidc-provider.mjs MODULES CERTIFICATE KEY CLIENT_PUBLIC_KEY API
// Prints "ready PORT" and serves until it is killed.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, certificate, key, clientKey, api] = process.argv.slice(2);
const entry = path.join(modules, 'node_modules/oidc-provider/lib/index.js');
const { default: Provider, errors } = await import(pathToFileURL(entry));
const publicKey = crypto.createPublicKey(fs.readFileSync(clientKey)).export({ format: 'jwk' });
const scopes = 'tickets:read tickets:write';

const service = {
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
};
const configuration = {
  scopes: scopes.split(' '),
  clients: [
    {
      ...service,
      client_id: 'ambit',
      scope: scopes,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      authorization_details_types: ['tickets'],
      jwks: { keys: [{ ...publicKey, kid: 'ambit-1', use: 'sig', alg: 'ES256' }] },
    },
    { ...service, client_id: 'tickets-verifier', client_secret: 'verifier-secret' },
    { ...service, client_id: 'stranger', client_secret: 'stranger-secret' },
  ],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, _token) => client.clientId === 'tickets-verifier',
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) => {
        if (resource !== api) {
          throw new errors.InvalidTarget();
        }
        return { scope: scopes, audience: api, accessTokenTTL: 300, accessTokenFormat: 'opaque' };
      },
    },
    richAuthorizationRequests: {
      enabled: true,
      types: { tickets: { validate() {} } },
      authorizationDetailsForGrantSource: (ctx) => ctx.oidc.authorizationDetails,
      authorizationDetailsForAccessToken: (ctx) => JSON.parse(ctx.oidc.params.authorization_details ?? '[]'),
      authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
    },
  },
  ttl: { ClientCredentials: 300 },
};

const server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  server.on('request', new Provider(`https://localhost:${port}`, configuration).callback());
  console.log(`ready ${port}`);
});
