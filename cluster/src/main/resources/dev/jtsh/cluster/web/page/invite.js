// SPDX-License-Identifier: Apache-2.0
// The states of the sign-up page. Text of others goes in as text only, never as HTML.
import * as calls from './calls.js';
import { at, isRefusal, once, showProblem, state, text, words, wrongPassword } from './states.js';

const TITLE = 'Sign up';
const token = location.pathname.split('/').pop();

let rules = null; // What the cluster demands.

async function load() {
  state('wait', TITLE);
  try {
    show(await calls.beginSignup(token, false));
  } catch (error) {
    if (isRefusal(error)) {
      state('gone', TITLE);
    } else {
      text('failed-why', words(error));
      state('failed', TITLE);
    }
  }
}

function show(begun) {
  rules = begun.rules;
  text('cluster', rules.cluster);
  at('user').value = begun.user;
  text('shortest', rules.password_chars_min);
  at('ways').hidden = !rules.passwordless;
  way();
  state('form', TITLE);
}

const isAlone = () => rules.passwordless
  && document.querySelector('input[name=way]:checked').value === 'alone';

function way() {
  at('passwords').hidden = isAlone();
  at('alone-help').hidden = !isAlone();
}

async function signUp() {
  const problem = isAlone() ? null : wrongPassword(rules);
  showProblem(problem);
  if (problem) {
    return;
  }
  text('said', 'Use your key now');
  const password = isAlone() ? '' : at('password').value;
  try {
    const begun = await calls.beginSignup(token, isAlone());
    done(await calls.finishSignup(token, begun, password, at('device').value), password === '');
  } catch (error) {
    await refused(error);
  }
}

/** A refusal may mean that the invite has gone meanwhile: the cluster is asked. */
async function refused(error) {
  if (!isRefusal(error)) {
    text('form-error', words(error));
  } else if (isRefusal(await calls.beginSignup(token, false).catch((failure) => failure))) {
    forget();
    state('gone', TITLE);
    return;
  } else {
    text('form-error', 'This key did not pass the check. Try again, or use another key.');
  }
  at('finish').focus();
}

function forget() {
  at('password').value = '';
  at('again').value = '';
}

function done(answer, alone) {
  forget();
  at('by-command').hidden = alone;
  at('by-page').hidden = !alone;
  text('command', 'jtsh login --proxy=' + location.hostname + ':' + (location.port || '443')
    + ' --user=' + at('user').value);
  at('waits').hidden = !answer.approves_from;
  if (answer.approves_from) {
    text('waits', 'You had a key before: the new one may approve headless sessions from '
      + new Date(answer.approves_from).toLocaleString() + ' on. All your sessions have ended.');
  }
  showCodes(answer.recovery_codes);
  // The link is used up, and has no place in the history.
  history.replaceState(null, '', '/web/invite/used');
  state('done', TITLE);
}

function showCodes(codes) {
  at('codes').hidden = codes.length === 0;
  at('code-list').replaceChildren(...codes.map((code) => {
    const item = document.createElement('li');
    const shown = document.createElement('code');
    shown.textContent = code;
    item.append(shown);
    return item;
  }));
  at('copy').addEventListener('click', () => once(async () => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      text('copied', 'Copied.');
    } catch (error) {
      text('copied', 'This browser does not allow it: select and copy them yourself.');
    }
  }));
}

document.querySelectorAll('input[name=way]').forEach((radio) => {
  radio.addEventListener('change', way);
});
at('sign-up').addEventListener('submit', (event) => {
  event.preventDefault();
  once(signUp);
});
at('retry').addEventListener('click', () => once(load));

once(load);
