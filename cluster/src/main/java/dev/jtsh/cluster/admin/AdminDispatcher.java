// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request line in, one answer line out. */
final class AdminDispatcher {
  private static final Logger logger = LoggerFactory.getLogger(AdminDispatcher.class);
  private static final ObjectMapper MAPPER = WireJson.newMapper();

  private final ClusterOperations cluster;

  AdminDispatcher(ClusterOperations cluster) {
    this.cluster = cluster;
  }

  /** Never throws: what goes wrong is an answer. */
  byte[] answer(byte[] line) {
    try {
      Object result = handle(WireJson.read(line, AdminRequest.class));
      return WireJson.write(new AdminAnswer(MAPPER.valueToTree(result), null, null));
    } catch (WireException e) {
      return failure(e.kind(), e.getMessage());
    } catch (RuntimeException e) {
      logger.error("a command failed", e);
      return failure(ErrorKind.INTERNAL, "the command failed; the server's log says why");
    }
  }

  private static byte[] failure(ErrorKind kind, @Nullable String message) {
    return WireJson.write(new AdminAnswer(null, kind, message == null ? kind.name() : message));
  }

  private Object handle(AdminRequest request) {
    return switch (request) {
      case AdminRequest.Status ignored -> cluster.status();
      case AdminRequest.AddUser(String name, var roles) -> cluster.addUser(name, roles);
      case AdminRequest.InviteUser(String name) -> cluster.inviteUser(name);
      case AdminRequest.ListUsers ignored -> new Listing.Users(cluster.users());
      case AdminRequest.RemoveUser(String name) -> {
        cluster.removeUser(name);
        yield new Done("user \"" + name + "\" removed");
      }
      case AdminRequest.PutRole(RoleDocument role) -> {
        cluster.putRole(role(role));
        yield new Done("role \"" + role.metadata().name() + "\" stored");
      }
      case AdminRequest.ListRoles ignored ->
          new Listing.Roles(cluster.roles().stream().map(RoleDocument::of).toList());
      case AdminRequest.RemoveRole(String name) -> {
        cluster.removeRole(name);
        yield new Done("role \"" + name + "\" removed");
      }
      case AdminRequest.AddLock(var kind, String name, String message, var ttl) ->
          cluster.addLock(kind, name, message, ttl);
      case AdminRequest.ListLocks ignored -> new Listing.Locks(cluster.locks());
      case AdminRequest.RemoveLock(String id) -> {
        cluster.removeLock(id);
        yield new Done("lock \"" + id + "\" removed");
      }
      case AdminRequest.AddKubeToken(var kubeClusters, boolean second, var ttl) ->
          cluster.addKubeToken(kubeClusters, second, ttl);
      case AdminRequest.ListTokens ignored -> new Listing.Tokens(cluster.tokens());
      case AdminRequest.RemoveToken(String id) -> {
        cluster.removeToken(id);
        yield new Done("token \"" + id + "\" removed");
      }
    };
  }

  private static Role role(RoleDocument document) {
    try {
      return document.toRole();
    } catch (IllegalArgumentException e) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, e.getMessage() == null ? "bad role" : e.getMessage());
    }
  }
}
