package io.authserver.smtp.daemon;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A host and a port, as a setting names them.
 *
 * @param host a host name or an IP address, IPv6 without brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\\.?");
  private static final Pattern DIGITS = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?");

  /** Reads {@code host:port}; IPv6 addresses stand in brackets. */
  public static HostPort parse(String text) throws InvalidSettingException {
    String problem = "must be host:port with a port from 0 to 65535, IPv6 as [::1]:25";
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new InvalidSettingException(problem);
    }
    String host = text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if ((!bracketed && host.indexOf(':') >= 0) || !port.matches("[0-9]{1,5}")) {
      throw new InvalidSettingException(problem);
    }
    int number = Integer.parseInt(port);
    if (number > 65535) {
      throw new InvalidSettingException(problem);
    }
    return new HostPort(parseHost(host), number);
  }

  /** Reads a host name or an IP address, IPv6 with or without brackets, and cuts the brackets. */
  static String parseHost(String text) throws InvalidSettingException {
    String problem = "must be a host name or an IP address";
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    String host = bracketed ? text.substring(1, text.length() - 1) : text;
    if (host.indexOf(':') >= 0) {
      if (!IPV6.matcher(host).matches() || !isLiteral(host)) {
        throw new InvalidSettingException(problem);
      }
      return host;
    }
    boolean valid =
        DIGITS.matcher(host).matches()
            ? IPV4.matcher(host).matches()
            : NAME.matcher(host).matches();
    if (bracketed || !valid) {
      throw new InvalidSettingException(problem);
    }
    return host;
  }

  private static boolean isLiteral(String host) {
    try {
      // An argument with a colon is never looked up: it is a literal or an error.
      InetAddress.getByName(host.replaceFirst("%.*", ""));
      return true;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Looks the host up.
   *
   * @throws UnknownHostException where it has no address
   */
  public InetSocketAddress resolve() throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  /** Returns {@code host:port}, IPv6 in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
