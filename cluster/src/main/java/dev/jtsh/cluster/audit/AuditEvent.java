// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.audit;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened. {@link AuditLog} adds time, uid and cluster name.
 *
 * @param type event name and code
 * @param fields flat JSON fields in order: strings, numbers, booleans, lists and maps of these;
 *     never a secret
 */
public record AuditEvent(Type type, Map<String, Object> fields) {

  /** Event names and codes (teleport-wire §3.8, §8.9); those with {@code jtsh.} are ours. */
  public enum Type {
    HEADLESS_REQUESTED("user.login", "T1012I"),
    HEADLESS_APPROVED("user.login", "T1013I"),
    HEADLESS_APPROVAL_FAILED("user.login", "T1013W"),
    HEADLESS_REJECTED("user.login", "T1014W"),
    LOGIN("user.login", "T1000I"),
    LOGIN_FAILED("user.login", "T1000W"),
    SSO_LOGIN("user.login", "T1001I"),
    SSO_LOGIN_FAILED("user.login", "T1001W"),
    CERTIFICATE_CREATED("cert.create", "TC000I"),
    USER_CREATED("user.create", "T1002I"),
    USER_UPDATED("user.update", "T1003I"),
    USER_DELETED("user.delete", "T1004I"),
    ROLE_CREATED("role.created", "T9000I"),
    ROLE_DELETED("role.deleted", "T9001I"),
    TOKEN_CREATED("join_token.create", "TJT00I"),
    SIGNUP_TOKEN_CREATED("reset_password_token.create", "T6000I"),
    MFA_DEVICE_ADDED("mfa.add", "T1006I"),
    MFA_DEVICE_DELETED("mfa.delete", "T1007I"),
    RECOVERY_CODES_CREATED("recovery_code.generated", "T1008I"),
    RECOVERY_CODE_USED("recovery_code.used", "T1009I"),
    RECOVERY_CODE_REFUSED("recovery_code.used", "T1009W"),
    INSTANCE_JOINED("instance.join", "TJ001I"),
    INSTANCE_JOIN_FAILED("instance.join", "TJ001E"),
    LOCK_CREATED("lock.created", "TLK00I"),
    LOCK_DELETED("lock.deleted", "TLK01I"),
    KUBE_REQUEST("kube.request", "T3009I"),
    SESSION_START("session.start", "T2000I"),
    SESSION_JOIN("session.join", "T2001I"),
    SESSION_RESIZE("resize", "T2002I"),
    SESSION_LEAVE("session.leave", "T2003I"),
    SESSION_END("session.end", "T2004I"),
    SESSION_DATA("session.data", "T2006I"),
    SESSION_REJECTED("session.rejected", "T1006W"),
    EXEC("exec", "T3002I"),
    EXEC_FAILED("exec", "T3002E"),
    PORT_FORWARD("port", "T3003I"),
    PORT_FORWARD_FAILED("port", "T3003E"),
    CLIENT_DISCONNECT("client.disconnect", "T3006I"),
    HEADLESS_CONFLICT("jtsh.headless.conflict", "JT001W"),
    KUBE_NAME_REFUSED("jtsh.kube.name_refused", "JT002W"),
    GRANT_REFUSED("jtsh.grant.refused", "JT003W"),
    KUBE_AGENT_FIRST_SEEN("jtsh.kube.agent_first_seen", "JT004I"),
    HOST_RENEWED("jtsh.host.renewed", "JT006I"),
    AUDIT_OVERFLOW("jtsh.audit.overflow", "JT005E"),
    HEADLESS_WRONG_NUMBER("jtsh.headless.wrong_number", "JT007W"),
    HEADLESS_SUSPENDED("jtsh.headless.suspended", "JT008W"),
    HEADLESS_REPORTED("jtsh.headless.reported", "JT009W"),
    HEADLESS_CODE_TYPED("jtsh.headless.code_typed", "JT010I"),
    HEADLESS_WRONG_CODE("jtsh.headless.wrong_code", "JT010W");

    private final String event;
    private final String code;

    Type(String event, String code) {
      this.event = event;
      this.code = code;
    }

    /** The type that an agent may emit under this name and code; empty for every other. */
    public static Optional<Type> ofAgent(String event, @Nullable Object code) {
      return OF_AGENTS.stream()
          .filter(type -> type.event.equals(event) && type.code.equals(code))
          .findFirst();
    }

    /** The event's name in JSON key {@code event}. */
    public String event() {
      return event;
    }

    /** The event's code in JSON key {@code code}. */
    public String code() {
      return code;
    }
  }

  /** What happens at an agent. */
  private static final Set<Type> OF_AGENTS =
      EnumSet.of(
          Type.KUBE_REQUEST,
          Type.SESSION_START,
          Type.SESSION_JOIN,
          Type.SESSION_RESIZE,
          Type.SESSION_LEAVE,
          Type.SESSION_END,
          Type.SESSION_DATA,
          Type.SESSION_REJECTED,
          Type.EXEC,
          Type.EXEC_FAILED,
          Type.PORT_FORWARD,
          Type.PORT_FORWARD_FAILED,
          Type.CLIENT_DISCONNECT,
          Type.AUDIT_OVERFLOW);

  /** Copies the fields, keeping their order. */
  public AuditEvent {
    fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** An event to be filled by {@link Builder#with}. */
  public static Builder of(Type type) {
    return new Builder(type);
  }

  /** Collects the fields of one event. */
  public static final class Builder {
    private final Type type;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    private Builder(Type type) {
      this.type = type;
    }

    /** Adds a field; null and empty text are left out, as Teleport does. */
    public Builder with(String key, @Nullable Object value) {
      if (value != null && !value.equals("")) {
        fields.put(key, value);
      }
      return this;
    }

    /** The event. */
    public AuditEvent build() {
      return new AuditEvent(type, fields);
    }
  }
}
