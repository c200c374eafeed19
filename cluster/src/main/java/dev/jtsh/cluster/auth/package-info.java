// SPDX-License-Identifier: Apache-2.0
/**
 * The auth service: who is who, who may get which certificate, and for how long.
 *
 * <p>It trusts its data directory and its storage: whoever can write them is the cluster. It trusts
 * the proxy for one thing only, the address a caller came from. It does not trust a peer's word for
 * how strong an approval was, what was approved, or who the peer is: certificates are checked
 * against the authority of their kind on every connection, their end on every call.
 *
 * <p>The private keys of the authorities are read from files of the data directory (0600) straight
 * into native memory and are not in the Java heap; in the files they are not encrypted, so a copy
 * of the directory is the cluster. Password hashes, public keys, and hashes of one-use tokens are
 * kept in the storage.
 */
@NullMarked
package dev.jtsh.cluster.auth;

import org.jspecify.annotations.NullMarked;
