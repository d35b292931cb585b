package io.authserver.admin.dns;

import org.jspecify.annotations.Nullable;

/**
 * A name server to ask.
 *
 * @param host its name or address
 * @param port its port
 */
public record Resolver(String host, int port) {
  private static final int DNS_PORT = 53;

  /**
   * Reads {@code HOST}, {@code HOST:PORT}, an IPv6 address, or {@code [ADDRESS]:PORT}.
   *
   * @throws IllegalArgumentException where it is none of these
   */
  public static Resolver parse(String text) {
    String host = text;
    @Nullable String port = null;
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != ':')) {
        throw new IllegalArgumentException("not HOST[:PORT]");
      }
      host = text.substring(1, end);
      port = end + 1 < text.length() ? text.substring(end + 2) : null;
    } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      host = text.substring(0, text.indexOf(':'));
      port = text.substring(text.indexOf(':') + 1);
    }
    if (host.isBlank()) {
      throw new IllegalArgumentException("not HOST[:PORT]");
    }
    return new Resolver(host, port == null ? DNS_PORT : parsePort(port));
  }

  private static int parsePort(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("not a port: " + text);
    }
    int port = Integer.parseInt(text);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("not a port: " + text);
    }
    return port;
  }
}
