// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.jtsh.cluster.access.Lock;
import java.time.Duration;
import java.util.List;

/** What an operator can ask of a running cluster. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "command")
@JsonSubTypes({
  @JsonSubTypes.Type(value = AdminRequest.Status.class, name = "status"),
  @JsonSubTypes.Type(value = AdminRequest.AddUser.class, name = "users-add"),
  @JsonSubTypes.Type(value = AdminRequest.InviteUser.class, name = "users-invite"),
  @JsonSubTypes.Type(value = AdminRequest.ListUsers.class, name = "users-ls"),
  @JsonSubTypes.Type(value = AdminRequest.RemoveUser.class, name = "users-rm"),
  @JsonSubTypes.Type(value = AdminRequest.PutRole.class, name = "roles-add"),
  @JsonSubTypes.Type(value = AdminRequest.ListRoles.class, name = "roles-ls"),
  @JsonSubTypes.Type(value = AdminRequest.RemoveRole.class, name = "roles-rm"),
  @JsonSubTypes.Type(value = AdminRequest.AddLock.class, name = "locks-add"),
  @JsonSubTypes.Type(value = AdminRequest.ListLocks.class, name = "locks-ls"),
  @JsonSubTypes.Type(value = AdminRequest.RemoveLock.class, name = "locks-rm"),
  @JsonSubTypes.Type(value = AdminRequest.AddKubeToken.class, name = "tokens-add-kube"),
  @JsonSubTypes.Type(value = AdminRequest.ListTokens.class, name = "tokens-ls"),
  @JsonSubTypes.Type(value = AdminRequest.RemoveToken.class, name = "tokens-rm")
})
public sealed interface AdminRequest {
  /** How it is; answered by {@link StatusReport}. */
  record Status() implements AdminRequest {}

  /**
   * Adds a user; answered by {@link Invite}.
   *
   * @param name login name
   * @param roles names of roles
   */
  record AddUser(String name, List<String> roles) implements AdminRequest {}

  /**
   * Invites a user again, who lost password or key; answered by {@link Invite}.
   *
   * @param name login name
   */
  record InviteUser(String name) implements AdminRequest {}

  /** All users; answered by {@link Listing.Users}. */
  record ListUsers() implements AdminRequest {}

  /**
   * Removes a user; answered by {@link Done}.
   *
   * @param name login name
   */
  record RemoveUser(String name) implements AdminRequest {}

  /**
   * Makes or replaces a role; answered by {@link Done}.
   *
   * @param role the whole role
   */
  record PutRole(RoleDocument role) implements AdminRequest {}

  /** All roles; answered by {@link Listing.Roles}. */
  record ListRoles() implements AdminRequest {}

  /**
   * Removes a role; answered by {@link Done}.
   *
   * @param name its name
   */
  record RemoveRole(String name) implements AdminRequest {}

  /**
   * Keeps somebody out; answered by {@link Listing.Lock}.
   *
   * @param kind what the name is of
   * @param name of a user, role, security key or request
   * @param message for the person who is kept out
   * @param ttl how long; zero for until it is removed
   */
  record AddLock(Lock.Kind kind, String name, String message, Duration ttl)
      implements AdminRequest {}

  /** All locks in force; answered by {@link Listing.Locks}. */
  record ListLocks() implements AdminRequest {}

  /**
   * Takes a lock away; answered by {@link Done}.
   *
   * @param id its id
   */
  record RemoveLock(String id) implements AdminRequest {}

  /**
   * Lets one kube agent join; answered by {@link JoinToken}.
   *
   * @param kubeClusters names of kube clusters it may serve
   * @param second whether it may serve a name that another agent serves now
   * @param ttl how long the token waits for the agent
   */
  record AddKubeToken(List<String> kubeClusters, boolean second, Duration ttl)
      implements AdminRequest {}

  /** All waiting join tokens; answered by {@link Listing.Tokens}. */
  record ListTokens() implements AdminRequest {}

  /**
   * Takes a join token back; answered by {@link Done}.
   *
   * @param id its id, which is not the token
   */
  record RemoveToken(String id) implements AdminRequest {}
}
