// SPDX-License-Identifier: Apache-2.0
// The page for a lost password or key.
import * as calls from './calls.js';
import { at, isRefusal, once, showProblem, state, text, words, wrongPassword } from './states.js';

const TITLE = 'Recovery';
const RULES = { password_chars_min: 12, password_bytes_max: 512 };

const lostKey = () => document.querySelector('input[name=lost]:checked').value === 'key';

function what() {
  at('new-password').hidden = lostKey();
  at('new-key').hidden = !lostKey();
}

function wrong() {
  if (at('user').value.trim() === '') {
    return ['user', 'Say who you are.'];
  }
  if (at('code').value.trim() === '') {
    return ['code', 'Give one of your recovery codes.'];
  }
  if (lostKey()) {
    return at('present').value === '' ? ['present', 'Give your password.'] : null;
  }
  return wrongPassword(RULES);
}

async function recover() {
  const problem = wrong();
  showProblem(problem);
  if (problem) {
    return;
  }
  text('said', 'Use your key now');
  const request = {
    user: at('user').value.trim(),
    code: at('code').value.toLowerCase().replace(/\s/g, ''),
    lost_key: lostKey(),
    password: lostKey() ? at('present').value : '',
    device_name: at('device').value,
  };
  try {
    done(await calls.recover(request, lostKey() ? request.password : at('password').value));
  } catch (error) {
    text('form-error', isRefusal(error)
      ? 'That is not right: check user, code, password and key.' : words(error));
    at('finish').focus();
  }
}

function done(answer) {
  document.querySelectorAll('input[type=password], #code').forEach((field) => {
    field.value = '';
  });
  at('waits').hidden = !answer.approves_from;
  if (answer.approves_from) {
    text('waits', 'Your key may approve headless sessions from '
      + new Date(answer.approves_from).toLocaleString() + ' on.');
  }
  text('left', answer.codes_left === 0
    ? 'That was your last recovery code.'
    : 'Recovery codes left: ' + answer.codes_left + '.');
  state('done', TITLE);
}

document.querySelectorAll('input[name=lost]').forEach((radio) => {
  radio.addEventListener('change', what);
});
at('recover').addEventListener('submit', (event) => {
  event.preventDefault();
  once(recover);
});

what();
state('form', TITLE);
