// SPDX-License-Identifier: Apache-2.0
/**
 * The approval page, the sign-up page and what its script calls: logging in, looking at a request,
 * deciding. Trusts nothing a browser brings: each call needs a cookie that no script reads, a
 * header that no other site's page can send, and the exact origin (security rule 22). What it
 * cannot protect from is the proxy itself, which serves the script (rule 23): {@code jtsh headless
 * approve} is the stronger way.
 */
@NullMarked
package dev.jtsh.cluster.web.page;

import org.jspecify.annotations.NullMarked;
