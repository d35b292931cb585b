package io.authserver.dkimsigner;

import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.InvalidSettingException;
import io.authserver.smtp.daemon.SettingType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a listener is, and to which next hop its mail goes.
 *
 * @param input the address to listen on
 * @param output the next hop
 */
record NetworkMapping(HostPort input, HostPort output) {
  /** {@code ->} or {@code =} between the two addresses. */
  private static final Pattern ARROW = Pattern.compile("(.+?)(?:->|=>|=)(.+)");

  /** {@code ip:port:ip:port}, IPv4 only, because IPv6 addresses hold colons themselves. */
  private static final Pattern FOUR_PARTS =
      Pattern.compile("([^:\\[\\]]+:\\d+):([^:\\[\\]]+:\\d+)");

  /** A list of mappings, separated by commas or white space. */
  static SettingType<List<NetworkMapping>> listType() {
    return SettingType.of(
        "mappings like 127.0.0.1:10036->127.0.0.1:10035", NetworkMapping::parseList);
  }

  private static List<NetworkMapping> parseList(String text) throws InvalidSettingException {
    List<NetworkMapping> mappings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<HostPort> inputs = new HashSet<>();
    for (String item : text.replaceAll("\\s*(->|=>|=)\\s*", "$1").strip().split("[,;\\s]+", -1)) {
      if (item.isEmpty()) { // a separator too many
        continue;
      }
      try {
        NetworkMapping mapping = parse(item);
        if (!inputs.add(mapping.input())) {
          problems.add("listens twice on " + mapping.input());
        }
        if (mapping.output().port() == 0) {
          problems.add("must not relay to port 0");
        }
        if (mapping.input().equals(mapping.output())) {
          problems.add("relays " + mapping.input() + " to itself");
        }
        mappings.add(mapping);
      } catch (InvalidSettingException e) {
        problems.addAll(e.problems());
      }
    }
    if (mappings.isEmpty() && problems.isEmpty()) {
      problems.add("must hold a mapping");
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingException(problems);
    }
    return List.copyOf(mappings);
  }

  private static NetworkMapping parse(String text) throws InvalidSettingException {
    Matcher arrow = ARROW.matcher(text);
    Matcher parts = arrow.matches() ? arrow : FOUR_PARTS.matcher(text);
    if (!parts.matches()) {
      throw new InvalidSettingException(
          "must be mappings HOST:PORT->HOST:PORT, separated by commas or white space");
    }
    return new NetworkMapping(HostPort.parse(parts.group(1)), HostPort.parse(parts.group(2)));
  }
}
