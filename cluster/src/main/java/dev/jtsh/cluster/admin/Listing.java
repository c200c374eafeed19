// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import java.time.Instant;
import java.util.List;

/** Lists of things. */
public final class Listing {
  private Listing() {}

  /**
   * All users.
   *
   * @param users by name
   */
  public record Users(List<User> users) {}

  /**
   * A user.
   *
   * @param name login name
   * @param roles names of roles
   * @param devices names of security keys
   * @param enrolled whether a password and a key are set
   */
  public record User(String name, List<String> roles, List<String> devices, boolean enrolled) {}

  /**
   * All roles.
   *
   * @param roles by name
   */
  public record Roles(List<RoleDocument> roles) {}

  /**
   * All locks in force.
   *
   * @param locks oldest first
   */
  public record Locks(List<Lock> locks) {}

  /**
   * A lock.
   *
   * @param id to remove it by
   * @param target whom or what it keeps out, such as {@code user:alice}
   * @param message for the person who is kept out
   * @param created when it was made
   * @param expires when it ends; empty for not by itself
   */
  public record Lock(String id, String target, String message, Instant created, String expires) {}

  /**
   * All waiting join tokens.
   *
   * @param tokens oldest first
   */
  public record Tokens(List<Token> tokens) {}

  /**
   * A waiting join token; the token itself is not kept.
   *
   * @param id to remove it by
   * @param kubeClusters names of kube clusters its agent may serve
   * @param expires when it ends
   */
  public record Token(String id, List<String> kubeClusters, Instant expires) {}
}
