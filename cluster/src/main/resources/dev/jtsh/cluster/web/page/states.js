// SPDX-License-Identifier: Apache-2.0
// What the pages share: their states, and one thing at a time.
import { Refused } from './calls.js';

export const at = (id) => document.getElementById(id);

export function text(name, value) {
  at(name).textContent = value;
}

/** Shows one state; a screen reader begins at its heading. */
export function state(name, title) {
  document.querySelectorAll('main > section').forEach((section) => {
    section.hidden = section.id !== name;
  });
  document.body.dataset.state = name;
  text('said', '');
  const heading = document.querySelector('#' + name + ' h1');
  document.title = heading.textContent + ' - ' + title;
  heading.focus();
}

/** Whether something is being done. */
export let busy = false;

/** Does this unless something is being done already. */
export async function once(work) {
  if (busy) {
    return;
  }
  busy = true;
  document.querySelectorAll('button').forEach((b) => b.setAttribute('aria-disabled', 'true'));
  try {
    await work();
  } finally {
    busy = false;
    document.querySelectorAll('button').forEach((b) => b.removeAttribute('aria-disabled'));
  }
}

/** What a person reads of an error. */
export function words(error) {
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') {
    return 'The key was not used: it was cancelled or took too long. Try again.';
  }
  if (error.name === 'SecurityError' || error.name === 'NotSupportedError') {
    return 'This browser or key cannot do that here. Try another key.';
  }
  return error instanceof Refused ? error.message : 'The cluster cannot be reached. Try again.';
}

export const isRefusal = (error) => error instanceof Refused && error.status === 403;

/** What is wrong with a new password that was typed twice, and where; null if nothing is. */
export function wrongPassword(rules) {
  const password = at('password').value;
  if ([...password].length < rules.password_chars_min) {
    return ['password', 'The password must have at least ' + rules.password_chars_min
      + ' characters.'];
  }
  if (new TextEncoder().encode(password).length > rules.password_bytes_max) {
    return ['password', 'The password is too long.'];
  }
  return password === at('again').value ? null : ['again', 'The two passwords are not the same.'];
}

/** Marks the field that something is wrong with, says what, and goes there. */
export function showProblem(problem) {
  document.querySelectorAll('input').forEach((field) => field.removeAttribute('aria-invalid'));
  text('form-error', problem ? problem[1] : '');
  if (problem) {
    at(problem[0]).setAttribute('aria-invalid', 'true');
    at(problem[0]).focus();
  }
}
