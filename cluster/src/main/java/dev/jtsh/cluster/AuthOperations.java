// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.admin.ClusterOperations;
import dev.jtsh.cluster.admin.Invite;
import dev.jtsh.cluster.admin.JoinToken;
import dev.jtsh.cluster.admin.Listing;
import dev.jtsh.cluster.admin.StatusReport;
import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.Joins;
import dev.jtsh.cluster.auth.MfaDevice;
import dev.jtsh.cluster.auth.Roles;
import dev.jtsh.cluster.auth.Users;
import dev.jtsh.cluster.command.Version;
import dev.jtsh.cluster.config.ClusterConfig;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The operator's commands, on auth. */
final class AuthOperations implements ClusterOperations {
  private final Auth auth;
  private final ClusterConfig config;
  private final String webTrust;
  private final InstantSource clock;
  private final Instant since;

  AuthOperations(Auth auth, ClusterConfig config, String webTrust, InstantSource clock) {
    this.auth = auth;
    this.config = config;
    this.webTrust = webTrust;
    this.clock = clock;
    this.since = clock.instant();
  }

  @Override
  public StatusReport status() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "the keys of the authorities lie unencrypted in the data directory: a copy of it is the"
            + " cluster");
    if (config.approval() == ClusterConfig.Approval.COMPATIBLE) {
      notes.add("approval is \"compatible\": plain Teleport requests are full logins");
    }
    return new StatusReport(
        config.clusterName(),
        Version.TEXT,
        config.listen().toString(),
        config.publicAddress().toString(),
        since,
        webTrust,
        Fingerprint.caPin(auth.hostAuthority().getPublicKey()),
        auth.users().list().size(),
        auth.roles().list().size(),
        auth.access().kubeClusters().stream().map(KubeClusterRecord::name).toList(),
        notes);
  }

  @Override
  public Invite addUser(String name, List<String> roles) {
    return invite(auth.users().add(name, roles));
  }

  @Override
  public Invite inviteUser(String name) {
    return invite(auth.users().invite(name));
  }

  private Invite invite(Users.Addition addition) {
    return switch (addition) {
      case Users.Addition.Invited(String user, String invite, Instant expires) ->
          Invite.at(config.publicAddress().toString(), user, invite, expires);
      case Users.Addition.Exists(String user) ->
          throw refused(ErrorKind.ALREADY_EXISTS, "user \"%s\" is there already", user);
      case Users.Addition.UnknownUser(String user) ->
          throw refused(ErrorKind.NOT_FOUND, "there is no user \"%s\"", user);
      case Users.Addition.OfProvider(String user) ->
          throw refused(
              ErrorKind.BAD_PARAMETER,
              "user \"%s\" logs in at a provider and gets no invite",
              user);
      case Users.Addition.BadName(String user) ->
          throw refused(
              ErrorKind.BAD_PARAMETER,
              "\"%s\" cannot be a user name: letters, digits and . _ @ + - only",
              user);
      case Users.Addition.UnknownRoles(var roles) ->
          throw refused(
              ErrorKind.BAD_PARAMETER,
              roles.isEmpty() ? "a user needs a role%s" : "there is no role \"%s\"",
              String.join("\", \"", roles));
    };
  }

  @Override
  public List<Listing.User> users() {
    return auth.users().list().stream()
        .map(user ->
            new Listing.User(
                user.name(),
                user.roles(),
                user.devices().stream().map(MfaDevice::name).toList(),
                user.isEnrolled()))
        .toList();
  }

  @Override
  public void removeUser(String name) {
    if (!auth.users().remove(name)) {
      throw refused(ErrorKind.NOT_FOUND, "there is no user \"%s\"", name);
    }
  }

  @Override
  public void putRole(Role role) {
    auth.roles().put(role);
  }

  @Override
  public List<Role> roles() {
    return auth.roles().list();
  }

  @Override
  public void removeRole(String name) {
    switch (auth.roles().remove(name)) {
      case Roles.Removal.Removed() -> {}
      case Roles.Removal.Unknown() ->
          throw refused(ErrorKind.NOT_FOUND, "there is no role \"%s\"", name);
      case Roles.Removal.InUse(var users) ->
          throw refused(
              ErrorKind.ALREADY_EXISTS, "the role is still held by %s", String.join(", ", users));
    }
  }

  @Override
  public Listing.Lock addLock(Lock.Kind kind, String name, String message, Duration ttl) {
    Instant expires = ttl.isZero() ? null : clock.instant().plus(ttl);
    return listed(auth.locks().put(kind, name, message, expires));
  }

  @Override
  public List<Listing.Lock> locks() {
    return auth.locks().list().stream().map(AuthOperations::listed).toList();
  }

  private static Listing.Lock listed(Lock lock) {
    return new Listing.Lock(
        lock.id(),
        lock.kind().option() + ":" + lock.name(),
        lock.message(),
        lock.created(),
        lock.expires() == null ? "" : lock.expires().toString());
  }

  @Override
  public void removeLock(String id) {
    if (!auth.locks().remove(id)) {
      throw refused(ErrorKind.NOT_FOUND, "there is no lock \"%s\"", id);
    }
  }

  @Override
  public JoinToken addKubeToken(List<String> kubeClusters, boolean second, Duration ttl) {
    return switch (auth.joins().create(kubeClusters, second, ttl)) {
      case Joins.Creation.Created(String token, var names, Instant expires) ->
          new JoinToken(token, names, expires, config.publicAddress().toString());
      case Joins.Creation.Refused(String reason) ->
          throw new WireException(ErrorKind.BAD_PARAMETER, reason);
    };
  }

  @Override
  public List<Listing.Token> tokens() {
    return auth.joins().list().stream()
        .map(token -> new Listing.Token(token.name(), token.kubeClusters(), token.expires()))
        .toList();
  }

  @Override
  public void removeToken(String id) {
    if (!auth.joins().remove(id)) {
      throw refused(ErrorKind.NOT_FOUND, "there is no join token \"%s\"", id);
    }
  }

  private static WireException refused(ErrorKind kind, String template, String name) {
    return new WireException(kind, template.formatted(SafeText.of(name)));
  }
}
