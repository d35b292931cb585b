package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.ALabels;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.HeaderField;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names by which our own servers call themselves in the Received fields that they write. They
 * are configured or the machine's, and never taken from a message.
 *
 * @param edge the names of the edge, which takes mail from clients
 * @param ours those, and our daemons'
 */
public record EdgeNames(Set<String> edge, Set<String> ours) {
  /** Where Debian keeps the name under which a host sends mail; OpenSMTPD and Postfix read it. */
  private static final Path MAILNAME = Path.of("/etc/mailname");

  private static final int MOST_BYTES_OF_A_NAME = 255;
  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");

  /** Copies the sets. */
  public EdgeNames {
    edge = Set.copyOf(edge);
    ours = Set.copyOf(ours);
  }

  /**
   * Returns the names, folded.
   *
   * @param edge what the edge writes after {@code by}
   * @param daemon what our daemons write there
   */
  public static EdgeNames of(Collection<String> edge, String daemon) {
    Set<String> edgeNames = new TreeSet<>();
    edge.forEach(name -> edgeNames.add(folded(name)));
    Set<String> all = new TreeSet<>(edgeNames);
    all.add(folded(daemon));
    return new EdgeNames(edgeNames, all);
  }

  /**
   * Returns the names of this host and what /etc/mailname says; none that any host has. Asks the
   * resolver.
   */
  public static List<String> ofThisHost() {
    return usable(Stream.concat(hostNames().stream(), mailname(MAILNAME).stream()));
  }

  private static Set<String> hostNames() {
    try {
      InetAddress host = InetAddress.getLocalHost();
      return new LinkedHashSet<>(List.of(host.getHostName(), host.getCanonicalHostName()));
    } catch (UnknownHostException _) {
      return Set.of();
    }
  }

  static Optional<String> mailname(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(MOST_BYTES_OF_A_NAME), StandardCharsets.UTF_8);
      return text.lines().findFirst().map(String::strip);
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /**
   * Leaves out what is no name, and what many hosts are called: localhost, and names without a dot
   * where there is one with.
   */
  static List<String> usable(Stream<String> names) {
    List<String> usable =
        names
            .map(EdgeNames::folded)
            .filter(name -> NAME.matcher(name).matches() && !ADDRESS.matcher(name).matches())
            .filter(name -> !name.equals("localhost") && !name.startsWith("localhost."))
            .distinct()
            .toList();
    List<String> full = usable.stream().filter(name -> name.indexOf('.') >= 0).toList();
    return full.isEmpty() ? usable : full;
  }

  /** Returns whether this is a name of the edge. */
  boolean isEdge(String name) {
    return edge.contains(folded(name));
  }

  /**
   * Returns whether one of our servers may have written a Received field. Whatever clients make of
   * the words before it: the server writes its own name behind {@code by}.
   */
  boolean wrote(HeaderField received) {
    if (received.length() > ReceivedField.MOST_BYTES) {
      return true;
    }
    String value = new String(received.value(), StandardCharsets.UTF_8);
    boolean afterBy = false;
    int start = -1;
    for (int i = 0; i <= value.length(); i++) {
      boolean ends = i == value.length() || isSeparator(value.charAt(i));
      if (ends && start >= 0) {
        String word = value.substring(start, i);
        if (afterBy && ours.contains(folded(word))) {
          return true;
        }
        afterBy = AsciiCase.equal(word, "by");
      }
      start = ends ? -1 : start < 0 ? i : start;
    }
    return false;
  }

  private static boolean isSeparator(char c) {
    return c <= ' ' || "();,\"".indexOf(c) >= 0;
  }

  /** Returns a name or an address literal in A-labels and lower case, without a dot at its end. */
  private static String folded(String name) {
    String text = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (text.startsWith("[") && text.endsWith("]")) {
      text = text.substring(1, text.length() - 1);
      text = AsciiCase.startsWith(text, "IPv6:") ? text.substring(5) : text;
    }
    try {
      return ALabels.of(text);
    } catch (IllegalArgumentException _) {
      return AsciiCase.lower(text);
    }
  }
}
