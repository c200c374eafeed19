// SPDX-License-Identifier: Apache-2.0
// The states of the page. Text of others goes in as text only, never as HTML.
import * as calls from './calls.js';
import { at, busy, once, text } from './states.js';

const LOOK_AGAIN_MILLIS = 3000;
const SPOKEN_SECONDS = [120, 60, 30, 10];
const TITLE = 'Headless session';
const id = location.pathname.split('/').pop();

let shown = null; // The request on the screen.
let clockAhead = 0; // Milliseconds that the cluster's clock is ahead of this one.
let timers = [];

// Why a provider's login came to nothing: the cluster sends one of these words, never a text.
const NO_LOGIN = {
  denied: 'The provider denied the login.',
  provider: 'The provider cannot be used now. Your administrators can see why.',
  untrusted: 'The provider\'s answer is not to be trusted. Your administrators can see why.',
  no_roles: 'Your account has no role here: ask your administrators for a group that has one.',
  no_user: 'Your account cannot be used here. Ask your administrators.',
};

function say(line) {
  text('said', line);
}

/** Shows one state; a screen reader begins at its heading. */
function state(name) {
  timers.forEach(clearInterval);
  timers = [];
  document.querySelectorAll('main > section').forEach((section) => {
    section.hidden = section.id !== name;
  });
  document.body.dataset.state = name;
  const known = calls.session();
  at('who').hidden = !known;
  text('who-name', known ? known.user : '');
  const heading = document.querySelector('#' + name + ' h1');
  if (name === 'login' || name === 'wait') {
    at('live').hidden = true;
  } else if (known) {
    showLive();
  }
  document.title = heading.textContent + ' - ' + TITLE;
  heading.focus();
}

const isUntouched = (error) => error.name === 'NotAllowedError' || error.name === 'AbortError';

function words(error) {
  if (isUntouched(error)) {
    return 'The key was not used. Try again.';
  }
  return error instanceof calls.Refused ? error.message : 'The cluster cannot be reached. Try again.';
}

function askForLogin(note) {
  calls.forget();
  text('login-note', note);
  at('login-note').hidden = note === '';
  text('login-error', '');
  state('login');
  showProviders();
}

/** Buttons for the providers, if there are any; the other ways in stay without them. */
async function showProviders() {
  const list = await calls.connectors().catch(() => []);
  at('providers').hidden = list.length === 0;
  at('providers').replaceChildren(...list.map((connector) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Log in with ' + connector.display;
    button.dataset.connector = connector.name;
    button.addEventListener('click', () => once(async () => {
      try {
        await calls.goToProvider(connector.name, id);
      } catch (error) {
        text('login-error', words(error));
      }
    }));
    return button;
  }));
}

/** Takes up a login at a provider that this tab was sent away for. */
async function backFromProvider() {
  const came = location.hash;
  if (!came.startsWith('#sso')) {
    return true;
  }
  history.replaceState(null, '', location.pathname);
  if (came === '#sso') {
    try {
      await calls.comeBack();
      return true;
    } catch (error) {
      askForLogin('This login was not begun here, or took too long. Try again.');
      return false;
    }
  }
  askForLogin(NO_LOGIN[came.slice('#sso-'.length)] || NO_LOGIN.provider);
  return false;
}

/** What no state of its own is for. */
function failed(error) {
  if (error instanceof calls.Refused && error.status === 401) {
    askForLogin('Your login has ended. Log in again.');
  } else {
    text('failed-why', words(error));
    state('failed');
  }
}

/** What the user has open besides; nothing here stops the rest when it cannot be had. */
async function showLive() {
  try {
    fillLive(await calls.sessions());
  } catch (error) {
    at('live').hidden = true;
  }
}

function fillLive(sessions) {
  text('live-error', '');
  at('live').hidden = sessions.length === 0 || !calls.session();
  at('live-list').replaceChildren(...sessions.map((session) => {
    const item = document.createElement('li');
    const words = document.createElement('span');
    const host = document.createElement('bdi');
    host.textContent = session.os_user + '@' + session.host;
    words.append(host, ' from ' + session.address + ', ' + session.kube_clusters.join(', ')
      + ', until ' + time(session.expires));
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'End';
    button.setAttribute('aria-label', 'End the session on ' + session.host + ' approved at '
      + time(session.approved_at));
    button.addEventListener('click', () => once(() => end(session.id)));
    item.append(words, button);
    return item;
  }));
}

async function end(session) {
  try {
    fillLive(await calls.end(session));
    say('Ended');
  } catch (error) {
    text('live-error', words(error));
  }
}

async function load() {
  if (!await backFromProvider()) {
    return;
  }
  if (!calls.session()) {
    askForLogin('');
    return;
  }
  state('wait');
  try {
    show(await calls.look(id));
  } catch (error) {
    if (error instanceof calls.Refused && (error.status === 404 || error.status === 400)) {
      text('unknown-user', calls.session().user);
      state('unknown');
    } else {
      failed(error);
    }
  }
}

function show(request) {
  if (request.state !== 'pending') {
    decided(request.state, request.facts ? request.facts.code : 'none');
    return;
  }
  shown = request;
  clockAhead = Date.parse(request.now) - Date.now();
  text('address', request.address);
  text('key', request.fingerprint);
  at('plain').hidden = request.facts !== null && request.facts !== undefined;
  at('opens').hidden = !request.facts;
  fillFacts(request.facts);
  firstKey();
  text('request-error', '');
  state('request');
  tick();
  timers.push(setInterval(tick, 1000), setInterval(watch, LOOK_AGAIN_MILLIS));
}

function fillFacts(facts) {
  at('number').hidden = true;
  at('code-note').hidden = !facts || facts.code === 'none';
  if (!facts) {
    text('source', 'not said');
    text('session', 'A full login');
    text('asked', 'not said');
    return;
  }
  text('source', facts.first_seen
    ? 'First time: you never approved a request from this address'
    : 'You have approved requests from this address before');
  at('source').className = facts.first_seen ? 'warn' : '';
  const continues = facts.continues_approved_at;
  text('session', continues
    ? 'Continues the session you approved at ' + time(continues) + ', same clusters'
    : 'NEW session. ' + live(facts.live_sessions));
  at('session').className = !continues && facts.live_sessions > 0 ? 'warn' : '';
  const rows = facts.kube_clusters.length > 0
    ? facts.kube_clusters
    : ['None: you may use none of those asked for. Deny it.'];
  at('clusters').replaceChildren(...rows.map((row) => {
    const item = document.createElement('li');
    const name = document.createElement('bdi');
    name.textContent = row;
    item.append(name);
    return item;
  }));
  text('namespaces', facts.namespaces.length > 0 ? facts.namespaces.join(', ') : 'all you may use');
  text('length', duration(facts.seconds) + ' from the approval on');
  text('host', facts.host);
  text('os-user', facts.os_user);
  number(facts);
}

/** Who has no key yet gets one first, where the policy allows it. */
function firstKey() {
  const how = calls.session().firstKey;
  const none = how !== undefined && how !== 'no';
  at('first-key').hidden = !none;
  at('approve').hidden = none;
  at('register').hidden = how === 'refused';
  text('first-key-how', how === 'refused'
    ? 'You have no security key here, and none can be registered on this page. Ask your administrators.'
    : how === 'waits'
      ? 'You have no security key here yet. You can register one now; as it is your first, it may '
        + 'approve only after the time your administrators have set.'
      : 'You have no security key here yet. Register one now, then approve with it.');
}

async function registerKey() {
  text('request-error', '');
  say('Use your key now');
  try {
    await calls.registerKey();
    firstKey();
    say('The key is registered.');
    at('approve').focus();
  } catch (error) {
    if (error instanceof calls.Refused && error.status === 401) {
      failed(error);
    } else {
      text('request-error', words(error));
    }
  }
}

function number(facts) {
  at('number').hidden = facts.number === 'none';
  at('typed').hidden = facts.number !== 'type';
  at('number-input').value = '';
  at('choices').replaceChildren(...facts.choices.map((choice) => {
    const label = document.createElement('label');
    const radio = document.createElement('input');
    radio.type = 'radio';
    radio.name = 'number';
    radio.value = String(choice);
    radio.setAttribute('aria-describedby', 'number-help');
    label.append(radio, String(choice));
    return label;
  }));
}

const time = (instant) => new Date(instant).toLocaleTimeString();
const live = (count) => count === 0 ? 'None of yours is live now.'
  : count === 1 ? 'One of yours is live already.' : count + ' of yours are live already.';

function duration(seconds) {
  const parts = [[3600, 'hour'], [60, 'minute'], [1, 'second']];
  const said = [];
  let rest = seconds;
  for (const [size, unit] of parts) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) {
      said.push(count + ' ' + unit + (count === 1 ? '' : 's'));
    }
  }
  return said.join(' ') || 'no time';
}

/** Time left and age, each second; a screen reader hears of it four times. */
function tick() {
  const now = Date.now() + clockAhead;
  if (shown.facts) {
    const age = Math.max(0, Math.round((now - Date.parse(shown.facts.requested_at)) / 1000));
    text('asked', duration(age).replace('no time', 'a moment') + ' ago, at '
      + time(shown.facts.requested_at));
  }
  const left = Math.ceil((Date.parse(shown.expires) - now) / 1000);
  if (left <= 0) {
    state('expired');
    return;
  }
  const said = 'Time left: ' + Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0');
  text('left', said);
  text('code-left', said);
  if (SPOKEN_SECONDS.includes(left)) {
    say(duration(left) + ' left');
  }
}

/** Notices what another tab, phone or terminal decided. */
async function watch() {
  if (busy || document.hidden) {
    return;
  }
  try {
    const now = await calls.look(id);
    const current = document.body.dataset.state;
    if (!busy && current === 'request' && now.state !== 'pending') {
      decided(now.state, now.facts ? now.facts.code : 'none');
    } else if (current === 'code' && now.state === 'denied') {
      text('denied-why', 'Other codes were typed on the terminal, so the request was denied. If that'
        + ' was you, run the command again.');
      state('denied');
    } else if (current === 'code' && now.facts && now.facts.code === 'typed') {
      state('approved');
      say('The code was typed. You can return to your terminal.');
    }
  } catch (error) {
    if (error instanceof calls.Refused && error.status === 401) {
      failed(error);
    } // Anything else: the next look may find it again, and the time runs anyway.
  }
}

function decided(how, code) {
  text('decided-how', how === 'approved'
    ? code === 'wanted'
      ? 'This request was approved and waits for its code on the terminal. The code was shown once,'
        + ' where it was approved; without it, run the command again.'
      : 'This request was approved, here or elsewhere. There is nothing left to do.'
    : 'This request was denied. It cannot be approved any more.');
  state('decided');
}

/** The number as given, 0 where none is asked for, or null when it is missing. */
function givenNumber() {
  const kind = shown.facts ? shown.facts.number : 'none';
  if (kind === 'none') {
    return 0;
  }
  const value = kind === 'type'
    ? at('number-input').value.trim()
    : (document.querySelector('input[name=number]:checked') || { value: '' }).value;
  return /^[1-9][0-9]{2}$/.test(value) ? Number(value) : null;
}

async function approve() {
  const given = givenNumber();
  if (given === null) {
    text('request-error', shown.facts.number === 'type'
      ? 'Type the three digits first.' : 'Choose the number first.');
    (document.querySelector('#typed:not([hidden]) input') || at('choices').querySelector('input'))
      .focus();
    return;
  }
  text('request-error', '');
  say('Use your key now');
  try {
    const code = await calls.approve(id, shown.facts ? shown.facts.digest : '', given);
    if (code !== '') {
      showCode(code);
      return;
    }
    state('approved');
    say('Approved. You can return to your terminal.');
  } catch (error) {
    await refused(error);
  }
}

/** The code is here only, and only until this tab shows something else. */
function showCode(code) {
  text('code-value', code);
  state('code');
  say('Approved. Type this code on your terminal: ' + code.split('').join(' '));
  tick();
  timers.push(setInterval(tick, 1000), setInterval(watch, LOOK_AGAIN_MILLIS));
}

/** A refusal may mean that the request is over: the cluster is asked how it stands. */
async function refused(error) {
  const words403 = error instanceof calls.Refused && error.status === 403 ? error.message : '';
  if (words403.includes('the request is denied')) {
    text('denied-why', 'That is not the number on the terminal, so the request was denied. If you'
      + ' did start it, run the command again.');
    state('denied');
    return;
  }
  if (error instanceof calls.Refused && error.status === 401) {
    failed(error);
    return;
  }
  const now = isUntouched(error) ? null : await calls.look(id).catch(() => null);
  if (now && now.state !== 'pending') {
    decided(now.state, now.facts ? now.facts.code : 'none');
  } else {
    text('request-error', words(error));
  }
}

async function deny(report) {
  try {
    await calls.deny(id, report);
    text('denied-why', report
      ? 'Denied and reported. This source can ask you for nothing more today.'
      : 'The terminal is told no.');
    state('denied');
  } catch (error) {
    await refused(error);
  }
}

async function logIn(work) {
  text('login-error', '');
  try {
    await work();
  } catch (error) {
    text('login-error', error instanceof calls.Refused && error.status === 403
      ? 'That is not right: check user, password and key.' : words(error));
    return;
  }
  await load();
}

at('passkey').addEventListener('click', () => once(() => logIn(calls.logInWithPasskey)));
at('password-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const user = at('user').value.trim();
  const pass = at('password').value;
  at('password').value = '';
  once(() => logIn(() => calls.logInWithPassword(user, pass)));
});
at('register').addEventListener('click', () => once(registerKey));
at('log-out').addEventListener('click', () => once(async () => {
  await calls.logOut().catch(() => null);
  askForLogin('You are logged out.');
}));
at('decide').addEventListener('submit', (event) => {
  event.preventDefault();
  once(approve);
});
at('deny').addEventListener('click', () => once(() => deny(false)));
at('report').addEventListener('click', () => once(() => deny(true)));
at('again').addEventListener('click', () => once(load));
at('retry').addEventListener('click', () => once(load));

once(load);
