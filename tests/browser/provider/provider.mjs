// SPDX-License-Identifier: Apache-2.0
// A certified OpenID provider with its own pages, for tests of logins in a browser. People log in by
// their e-mail address and any password. Says "port N" when it listens, and obeys lines on standard
// input: "redirect URL" names the client's redirect URL and starts it, "groups ADDRESS A,B" sets a
// person's groups, "rotate" gives it a new signing key and forgets the old one.
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [certificate, key, secretFile] = process.argv.slice(2);
const groups = new Map();
const cookieKey = randomUUID();
let redirect = '';
let answer = (request, response) => response.writeHead(503).end();

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

function start() {
  const provider = new Provider('https://localhost:' + server.address().port, {
    clients: [{
      client_id: 'jtsh',
      client_secret: readFileSync(secretFile, 'utf8').trim(),
      redirect_uris: [redirect],
      token_endpoint_auth_method: 'client_secret_post',
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    findAccount: (context, address) => ({
      accountId: address,
      claims: () => ({
        sub: 'subject-of-' + address,
        email: address,
        email_verified: true,
        groups: groups.get(address) || [],
      }),
    }),
    pkce: { required: () => true },
    cookies: { keys: [cookieKey] },
    jwks: { keys: [signingKey()] },
  });
  answer = provider.callback();
}

const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (request, response) => answer(request, response),
);
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, first, second] = line.split(' ');
  if (command === 'groups') {
    groups.set(first, second ? second.split(',') : []);
  } else {
    redirect = first || redirect;
    start();
  }
  console.log('done ' + line);
}).on('close', () => process.exit(0));
