// SPDX-License-Identifier: Apache-2.0
// What the page asks the cluster and the security key. Holds the session's header secret in this
// tab only; the other secret is in a cookie that no script can read.

const KEPT = 'jtsh.session';

/** A refusal of the cluster, with its HTTP status. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Who is logged in in this tab, or null. */
export function session() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || 'null');
  return kept && Date.parse(kept.expires) > Date.now() ? kept : null;
}

function keep(body) {
  const kept = {
    token: body.token,
    user: body.user,
    expires: body.sessionExpires,
    firstKey: body.jtsh_first_key,
  };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

export function forget() {
  sessionStorage.removeItem(KEPT);
}

async function call(method, path, body) {
  const headers = {};
  const known = session();
  if (known) {
    headers.Authorization = 'Bearer ' + known.token;
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  const response = await fetch('/v1/webapi/' + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
    redirect: 'error',
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(response.status, answer.message || 'HTTP status ' + response.status);
  }
  return answer;
}

function bytes(base64) {
  const text = atob(base64.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function base64(buffer) {
  const text = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join('');
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Has a key sign; rejects with NotAllowedError when the person does not touch one. */
async function sign(challenge) {
  const options = challenge.publicKey;
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(options.challenge),
      timeout: options.timeout,
      rpId: options.rpId,
      allowCredentials: (options.allowCredentials || [])
        .map((known) => ({ type: known.type, id: bytes(known.id) })),
      userVerification: options.userVerification,
    },
  });
  const response = credential.response;
  return {
    id: credential.id,
    type: credential.type,
    rawId: base64(credential.rawId),
    response: {
      clientDataJSON: base64(response.clientDataJSON),
      authenticatorData: base64(response.authenticatorData),
      signature: base64(response.signature),
      userHandle: response.userHandle ? base64(response.userHandle) : '',
    },
  };
}

/** Has a key make a credential; rejects with NotAllowedError when the person does not want to. */
async function create(request) {
  const options = request.publicKey;
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(options.challenge),
      rp: options.rp,
      user: { ...options.user, id: bytes(options.user.id) },
      pubKeyCredParams: options.pubKeyCredParams,
      timeout: options.timeout,
      excludeCredentials: (options.excludeCredentials || [])
        .map((known) => ({ type: known.type, id: bytes(known.id) })),
      authenticatorSelection: options.authenticatorSelection,
      attestation: options.attestation,
    },
  });
  return {
    id: credential.id,
    type: credential.type,
    rawId: base64(credential.rawId),
    response: {
      clientDataJSON: base64(credential.response.clientDataJSON),
      attestationObject: base64(credential.response.attestationObject),
    },
  };
}

export async function logInWithPasskey() {
  const begun = await call('POST', 'mfa/login/begin', { user: '', passwordless: true });
  const answer = await sign(begun.webauthn_challenge);
  keep(await call('POST', 'mfa/login/finishsession',
    { user: '', webauthnAssertionResponse: answer }));
}

export async function logInWithPassword(user, pass) {
  const begun = await call('POST', 'mfa/login/begin', { user, pass });
  const answer = await sign(begun.webauthn_challenge);
  keep(await call('POST', 'mfa/login/finishsession',
    { user, webauthnAssertionResponse: answer }));
}

/** Where people can log in besides: a list of name and display. */
export const connectors = () => call('GET', 'jtsh/sso/connectors');

/** Sends this tab to a provider; it comes back to this page. */
export async function goToProvider(connector, id) {
  const begun = await call('POST', 'jtsh/sso/begin', { connector, headless_id: id });
  location.assign(begun.redirect_url);
}

/** Fetches the session of who came back from a provider in this browser. */
export async function comeBack() {
  forget();
  keep(await call('POST', 'jtsh/sso/finish', {}));
}

/** Registers the first key of who has none. */
export async function registerKey() {
  const begun = await call('POST', 'jtsh/keys/begin', {});
  keep(await call('POST', 'jtsh/keys/finish', { attestation: await create(begun) }));
}

/** Whose invite it is, what the cluster demands, and what a new key shall sign. */
export const beginSignup = (token, passwordless) =>
  call('POST', 'jtsh/signup/begin', { token, passwordless });

/** Makes a key and redeems the invite with it; without a password where it is empty. */
export async function finishSignup(token, begun, password, device) {
  const attestation = await create(begun.webauthn_creation);
  return call('POST', 'jtsh/signup/finish',
    { token, password, device_name: device, webauthn_attestation: attestation });
}

/** Has a present or a new key stand beside a recovery code, and uses the code. */
export async function recover(request, password) {
  const begun = await call('POST', 'jtsh/recovery/begin', request);
  const key = request.lost_key
    ? { webauthn_attestation: await create(begun.webauthn_creation) }
    : { webauthn_assertion: await sign(begun.webauthn_challenge) };
  return call('POST', 'jtsh/recovery/finish', { ...request, ...key, password });
}

export async function logOut() {
  try {
    await call('DELETE', 'sessions/web');
  } finally {
    forget();
  }
}

export const look = (id) => call('GET', 'jtsh/headless/' + id);

/** The sessions of this user that are live. */
export const sessions = () => call('GET', 'jtsh/sessions');

/** Ends one at once; answers with those that are left. */
export const end = (session) => call('DELETE', 'jtsh/sessions/' + session);

/**
 * Checks the number, has the key sign, approves. A wrong number denies the request. Gives the code
 * that is to be typed on the terminal, or nothing.
 */
export async function approve(id, digest, number) {
  const challenge = await call('POST', 'mfa/authenticatechallenge',
    { jtsh_headless_id: id, jtsh_facts_digest: digest, jtsh_number: number });
  const answer = await sign(challenge.webauthn_challenge);
  const done = await call('PUT', 'headless/' + id, {
    action: 'accept',
    webauthnAssertionResponse: answer,
    jtsh_facts_digest: digest,
    jtsh_number: number,
    jtsh_shows_code: true,
  });
  keep(done);
  return done.jtsh_code || '';
}

export async function deny(id, report) {
  keep(await call('PUT', 'headless/' + id, { action: 'denied', jtsh_report: report }));
}
