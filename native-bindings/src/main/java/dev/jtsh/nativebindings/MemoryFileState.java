// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/**
 * How closed a {@link MemoryFile} is, asked of the kernel.
 *
 * @param sealedAgainstWriting nobody can change its bytes
 * @param sealedAgainstResizing nobody can grow or shrink it
 * @param sealedForGood the seals cannot be changed
 * @param mode its permission bits
 * @param bytes its length
 * @param locked whether our mapping keeps its pages out of swap
 */
public record MemoryFileState(
    boolean sealedAgainstWriting,
    boolean sealedAgainstResizing,
    boolean sealedForGood,
    int mode,
    long bytes,
    boolean locked) {}
