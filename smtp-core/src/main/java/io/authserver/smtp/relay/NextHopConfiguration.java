package io.authserver.smtp.relay;

import java.time.Duration;

/**
 * Where a next hop is, and how its pool treats it.
 *
 * @param host a name or an address; IPv6 without brackets
 * @param port its port
 * @param ehloName what we say in EHLO: our host name or an address literal
 * @param maxConnections how many connections may be open at once, idle ones included
 * @param idle how long a connection is kept without use; below what the next hop allows
 * @param maxMessagesPerConnection how many MAIL commands a connection serves; OpenSMTPD allows 100
 * @param timeouts for each step
 * @param extensionsMaxAge after what time the next hop is asked again what it offers
 */
public record NextHopConfiguration(
    String host,
    int port,
    String ehloName,
    int maxConnections,
    Duration idle,
    int maxMessagesPerConnection,
    RelayTimeouts timeouts,
    Duration extensionsMaxAge) {
  /** Checks every value. */
  public NextHopConfiguration {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("a next hop needs a host");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port of a next hop: " + port);
    }
    if (ehloName.isEmpty() || !ehloName.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("name for EHLO: not a domain or an address literal");
    }
    if (maxConnections < 1 || maxMessagesPerConnection < 1) {
      throw new IllegalArgumentException("connections and messages on each: at least 1");
    }
    if (idle.isNegative() || extensionsMaxAge.toMillis() < 1) {
      throw new IllegalArgumentException("idle and extensionsMaxAge are positive times");
    }
  }

  /**
   * A next hop with the defaults: 50 connections, 30 s idle, 80 messages on a connection, asked for
   * its extensions every 5 minutes.
   */
  public static NextHopConfiguration of(String host, int port, String ehloName) {
    return new NextHopConfiguration(
        host,
        port,
        ehloName,
        50,
        Duration.ofSeconds(30),
        80,
        RelayTimeouts.DEFAULTS,
        Duration.ofMinutes(5));
  }

  /** Returns the same with other timeouts. */
  public NextHopConfiguration withTimeouts(RelayTimeouts other) {
    return new NextHopConfiguration(
        host,
        port,
        ehloName,
        maxConnections,
        idle,
        maxMessagesPerConnection,
        other,
        extensionsMaxAge);
  }

  /** Returns the same with another bound on connections in use. */
  public NextHopConfiguration withMaxConnections(int other) {
    return new NextHopConfiguration(
        host, port, ehloName, other, idle, maxMessagesPerConnection, timeouts, extensionsMaxAge);
  }

  /** Returns {@code host:port}, an IPv6 address in brackets. */
  public String name() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
