// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.jtsh.protocol.json.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code GET /webapi/ping[/{connector}]} and {@code GET /webapi/find}: what a cluster is
 * and how to reach it.
 *
 * @param auth how to log in
 * @param proxy where the services are
 * @param serverVersion semantic version
 * @param minClientVersion oldest client version; empty if not said
 * @param clusterName root cluster
 * @param automaticUpgrades whether agents are upgraded by the cluster
 * @param autoUpdate client and agent updates; null before 17
 * @param edition product edition; empty before 17
 * @param fips FIPS build
 */
public record PingResponse(
    Auth auth,
    Proxy proxy,
    String serverVersion,
    String minClientVersion,
    String clusterName,
    boolean automaticUpgrades,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable AutoUpdate autoUpdate,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String edition,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean fips) {
  /** Absent keys become empty values. */
  public PingResponse {
    auth = auth == null ? Auth.NONE : auth;
    proxy = proxy == null ? Proxy.NONE : proxy;
    serverVersion = Absent.text(serverVersion);
    minClientVersion = Absent.text(minClientVersion);
    clusterName = Absent.text(clusterName);
    edition = Absent.text(edition);
  }

  /** The answer of a server of ours; what it leaves out is empty. */
  public static PingResponse of(
      Auth auth, Proxy proxy, String serverVersion, String minClientVersion, String clusterName) {
    return new PingResponse(
        auth, proxy, serverVersion, minClientVersion, clusterName, false, null, "", false);
  }

  /** What find says: where things are, and nothing of how to log in (teleport-wire §1.1). */
  public PingResponse withoutLogin() {
    return new PingResponse(
        Auth.NONE, proxy, serverVersion, minClientVersion, clusterName, false, null, "", false);
  }

  /** Major version of the server, or 0 if its version is not understood. */
  public int serverMajor() {
    int dot = serverVersion.indexOf('.');
    String major = dot < 0 ? serverVersion : serverVersion.substring(0, dot);
    return major.matches("[0-9]{1,4}") ? Integer.parseInt(major) : 0;
  }

  /**
   * How to log in.
   *
   * @param type {@code local}, {@code oidc}, {@code saml} or {@code github}
   * @param secondFactor {@code off}, {@code otp}, {@code webauthn}, {@code on} or {@code optional}
   * @param preferredLocalMfa {@code webauthn}, {@code otp} or empty
   * @param allowPasswordless whether passwordless login is on
   * @param allowHeadless whether headless login is on
   * @param local echoed connector; null if not local
   * @param webauthn relying party; null if WebAuthn is off
   * @param u2f older application id; null if none
   * @param oidc connector; null if not OIDC
   * @param saml connector; null if not SAML
   * @param github connector; null if not GitHub
   * @param privateKeyPolicy {@code none} or what keys must be
   * @param pivSlot wanted PIV slot, or empty
   * @param deviceTrustDisabled older form of {@code deviceTrust}
   * @param deviceTrust device trust settings
   * @param hasMotd whether there is a message of the day
   * @param loadAllCas whether clients load the CAs of leaf clusters
   * @param defaultSessionTtl certificate length when nothing is asked; zero = 12 hours
   * @param signatureAlgorithmSuite {@code legacy}, {@code balanced-v1}, {@code fips-v1}, {@code
   *     hsm-v1}; empty before 17
   */
  public record Auth(
      String type,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String secondFactor,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String preferredLocalMfa,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean allowPasswordless,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean allowHeadless,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Local local,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Webauthn webauthn,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable U2f u2f,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Connector oidc,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Connector saml,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Connector github,
      String privateKeyPolicy,
      String pivSlot,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean deviceTrustDisabled,
      DeviceTrust deviceTrust,
      boolean hasMotd,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean loadAllCas,
      @JsonSerialize(using = Durations.TextWriter.class)
          @JsonDeserialize(using = Durations.TextReader.class)
          Duration defaultSessionTtl,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String signatureAlgorithmSuite) {
    static final Auth NONE =
        new Auth(
            "",
            "",
            "",
            false,
            false,
            null,
            null,
            null,
            null,
            null,
            null,
            "",
            "",
            false,
            new DeviceTrust(false, false),
            false,
            false,
            Duration.ZERO,
            "");

    /** Absent keys become empty values. */
    public Auth {
      type = Absent.text(type);
      secondFactor = Absent.text(secondFactor);
      preferredLocalMfa = Absent.text(preferredLocalMfa);
      privateKeyPolicy = Absent.text(privateKeyPolicy);
      pivSlot = Absent.text(pivSlot);
      deviceTrust = deviceTrust == null ? new DeviceTrust(false, false) : deviceTrust;
      defaultSessionTtl = Absent.duration(defaultSessionTtl);
      signatureAlgorithmSuite = Absent.text(signatureAlgorithmSuite);
    }

    /**
     * Password and WebAuthn, or a passkey alone, headless on or off: the settings a server of ours
     * has.
     */
    public static Auth localWebauthn(
        String connector, String rpId, boolean allowHeadless, Duration defaultSessionTtl) {
      return new Auth(
          "local",
          "webauthn",
          "webauthn",
          true,
          allowHeadless,
          new Local(connector),
          new Webauthn(rpId),
          null,
          null,
          null,
          null,
          "none",
          "",
          true,
          new DeviceTrust(true, false),
          false,
          false,
          defaultSessionTtl,
          "balanced-v1");
    }

    /** The same, but a one-time code is taken as well where a user has an app for them. */
    public Auth withOneTimeCodes() {
      return new Auth(
          type,
          "on",
          preferredLocalMfa,
          allowPasswordless,
          allowHeadless,
          local,
          webauthn,
          u2f,
          oidc,
          saml,
          github,
          privateKeyPolicy,
          pivSlot,
          deviceTrustDisabled,
          deviceTrust,
          hasMotd,
          loadAllCas,
          defaultSessionTtl,
          signatureAlgorithmSuite);
    }

    /** The same, but people log in at this provider. */
    public Auth withOidc(Connector connector) {
      return new Auth(
          "oidc",
          secondFactor,
          preferredLocalMfa,
          allowPasswordless,
          allowHeadless,
          null,
          webauthn,
          u2f,
          connector,
          null,
          null,
          privateKeyPolicy,
          pivSlot,
          deviceTrustDisabled,
          deviceTrust,
          hasMotd,
          loadAllCas,
          defaultSessionTtl,
          signatureAlgorithmSuite);
    }
  }

  /**
   * Echoed connector.
   *
   * @param name connector name, or empty
   */
  public record Local(String name) {
    /** Absent keys become empty values. */
    public Local {
      name = Absent.text(name);
    }
  }

  /**
   * WebAuthn settings.
   *
   * @param rpId relying party, a host name
   */
  public record Webauthn(String rpId) {
    /** Absent keys become empty values. */
    public Webauthn {
      rpId = Absent.text(rpId);
    }
  }

  /**
   * Older U2F settings.
   *
   * @param appId application id
   */
  public record U2f(String appId) {
    /** Absent keys become empty values. */
    public U2f {
      appId = Absent.text(appId);
    }
  }

  /**
   * A single sign-on connector.
   *
   * @param name connector name
   * @param display shown name; foreign text
   */
  public record Connector(String name, String display) {
    /** Absent keys become empty values. */
    public Connector {
      name = Absent.text(name);
      display = Absent.text(display);
    }
  }

  /**
   * Device trust settings.
   *
   * @param disabled whether it is off
   * @param autoEnroll whether devices enrol by themselves
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record DeviceTrust(boolean disabled, boolean autoEnroll) {}

  /**
   * Client and agent updates.
   *
   * @param toolsVersion wanted client version
   * @param toolsAutoUpdate whether clients update themselves
   * @param agentVersion wanted agent version
   * @param agentAutoUpdate whether agents update themselves
   * @param agentUpdateJitterSeconds spread of agent updates
   */
  public record AutoUpdate(
      String toolsVersion,
      boolean toolsAutoUpdate,
      String agentVersion,
      boolean agentAutoUpdate,
      int agentUpdateJitterSeconds) {
    /** Absent keys become empty values. */
    public AutoUpdate {
      toolsVersion = Absent.text(toolsVersion);
      agentVersion = Absent.text(agentVersion);
    }
  }

  /**
   * Where the services are.
   *
   * @param kube Kubernetes
   * @param ssh SSH, tunnel and web
   * @param db databases
   * @param tlsRoutingEnabled whether all services share the web port
   * @param assistEnabled gone in 17
   */
  public record Proxy(Kube kube, Ssh ssh, Db db, boolean tlsRoutingEnabled, boolean assistEnabled) {
    static final Proxy NONE = new Proxy(new Kube(false, "", ""), Ssh.NONE, Db.NONE, false, false);

    /** Absent keys become empty values. */
    public Proxy {
      kube = kube == null ? new Kube(false, "", "") : kube;
      ssh = ssh == null ? Ssh.NONE : ssh;
      db = db == null ? Db.NONE : db;
    }

    /** All services on one port, listening there and reached by this name. */
    public static Proxy onOnePort(String listenAddress, String publicAddress) {
      return new Proxy(
          new Kube(true, "", listenAddress),
          new Ssh(
              listenAddress, listenAddress, listenAddress, publicAddress, "", "", Duration.ZERO),
          Db.NONE,
          true,
          false);
    }
  }

  /**
   * Kubernetes access.
   *
   * @param enabled whether there is any
   * @param publicAddr {@code host:port}, or empty
   * @param listenAddr {@code host:port}, or empty
   */
  public record Kube(
      boolean enabled,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String publicAddr,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String listenAddr) {
    /** Absent keys become empty values. */
    public Kube {
      publicAddr = Absent.text(publicAddr);
      listenAddr = Absent.text(listenAddr);
    }
  }

  /**
   * SSH, tunnel and web addresses, each {@code host:port} or empty.
   *
   * @param listenAddr SSH
   * @param tunnelListenAddr agents' tunnel
   * @param webListenAddr web
   * @param publicAddr web, as clients reach it
   * @param sshPublicAddr SSH, as clients reach it
   * @param sshTunnelPublicAddr tunnel, as agents reach it
   * @param dialTimeout how long to dial; zero before 17
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Ssh(
      String listenAddr,
      String tunnelListenAddr,
      String webListenAddr,
      String publicAddr,
      String sshPublicAddr,
      String sshTunnelPublicAddr,
      Duration dialTimeout) {
    static final Ssh NONE = new Ssh("", "", "", "", "", "", Duration.ZERO);

    /** Absent keys become empty values. */
    public Ssh {
      listenAddr = Absent.text(listenAddr);
      tunnelListenAddr = Absent.text(tunnelListenAddr);
      webListenAddr = Absent.text(webListenAddr);
      publicAddr = Absent.text(publicAddr);
      sshPublicAddr = Absent.text(sshPublicAddr);
      sshTunnelPublicAddr = Absent.text(sshTunnelPublicAddr);
      dialTimeout = Absent.duration(dialTimeout);
    }
  }

  /**
   * Database addresses, each {@code host:port} or empty; not served by us.
   *
   * @param postgresListenAddr PostgreSQL
   * @param postgresPublicAddr PostgreSQL, as clients reach it
   * @param mysqlListenAddr MySQL
   * @param mysqlPublicAddr MySQL, as clients reach it
   * @param mongoListenAddr MongoDB
   * @param mongoPublicAddr MongoDB, as clients reach it
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Db(
      String postgresListenAddr,
      String postgresPublicAddr,
      String mysqlListenAddr,
      String mysqlPublicAddr,
      String mongoListenAddr,
      String mongoPublicAddr) {
    static final Db NONE = new Db("", "", "", "", "", "");

    /** Absent keys become empty values. */
    public Db {
      postgresListenAddr = Absent.text(postgresListenAddr);
      postgresPublicAddr = Absent.text(postgresPublicAddr);
      mysqlListenAddr = Absent.text(mysqlListenAddr);
      mysqlPublicAddr = Absent.text(mysqlPublicAddr);
      mongoListenAddr = Absent.text(mongoListenAddr);
      mongoPublicAddr = Absent.text(mongoPublicAddr);
    }
  }
}
