package io.authserver.dkimsigner;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.InvalidSettingException;
import io.authserver.smtp.daemon.SettingType;
import io.authserver.smtp.daemon.SettingTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a listener is, to which next hop its mail goes, and what is special about it.
 *
 * @param input the address to listen on
 * @param output the next hop
 * @param options what follows the two addresses
 */
record NetworkMapping(HostPort input, HostPort output, Options options) {
  /** {@code ->} or {@code =} between the two addresses. */
  private static final Pattern ARROW = Pattern.compile("(.+?)(?:->|=>|=)(.+)");

  /** {@code ip:port:ip:port}, IPv4 only, because IPv6 addresses hold colons themselves. */
  private static final Pattern FOUR_PARTS =
      Pattern.compile("([^:\\[\\]]+:\\d+):([^:\\[\\]]+:\\d+)");

  /** {@code NAME=VALUE}; an address has a colon. */
  private static final Pattern OPTION = Pattern.compile("([^:=]*)=([^:=>]*)");

  /** What becomes of mail that has no mark of mailforwarder. */
  enum Unmarked {
    /** It is signed: there is no mailforwarder in front. */
    SIGN,
    /** It is not signed for a domain aligned with its author: it has passed mailforwarder by. */
    WITHHOLD
  }

  /** Which fields that submitted mail does not have its signatures keep from being added. */
  enum Oversign {
    /** {@link io.authserver.dkim.sign.SigningProfile#complete}. */
    FULL,
    /** Only those of all mail: the next hop adds MIME fields. */
    BASIC
  }

  /** The options of a mapping. */
  record Options(Unmarked unmarked, Oversign oversign) {
    static final Options DEFAULTS = new Options(Unmarked.SIGN, Oversign.FULL);

    /** Reads options by name; each that is missing has its default. */
    static Options of(Map<String, String> given) throws InvalidSettingException {
      List<String> problems = new ArrayList<>();
      Unmarked unmarked = DEFAULTS.unmarked();
      Oversign oversign = DEFAULTS.oversign();
      for (Map.Entry<String, String> option : given.entrySet()) {
        try {
          switch (option.getKey()) {
            case "unmarked" -> unmarked = value(Unmarked.class, option);
            case "oversign" -> oversign = value(Oversign.class, option);
            default ->
                problems.add("has an option that there is not; there are unmarked, oversign");
          }
        } catch (InvalidSettingException e) {
          problems.addAll(e.problems());
        }
      }
      if (!problems.isEmpty()) {
        throw new InvalidSettingException(problems);
      }
      return new Options(unmarked, oversign);
    }

    private static <E extends Enum<E>> E value(Class<E> type, Map.Entry<String, String> option)
        throws InvalidSettingException {
      SettingType<E> words = SettingTypes.oneOf(type);
      try {
        return words.parse(option.getValue());
      } catch (InvalidSettingException e) {
        throw new InvalidSettingException(option.getKey() + " must be " + words.description());
      }
    }
  }

  /** A mapping as it is written. */
  private record Written(String addresses, Map<String, String> options) {}

  /** A list of mappings, separated by commas or white space. */
  static SettingType<List<NetworkMapping>> listType() {
    return SettingType.of(
        "mappings like 127.0.0.1:10036->127.0.0.1:10035", NetworkMapping::parseList);
  }

  private static List<NetworkMapping> parseList(String text) throws InvalidSettingException {
    List<NetworkMapping> mappings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<HostPort> inputs = new HashSet<>();
    for (Written written : written(text, problems)) {
      try {
        NetworkMapping mapping = parse(written);
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

  /** Gives each option to the mapping before it. */
  private static List<Written> written(String text, List<String> problems) {
    List<Written> mappings = new ArrayList<>();
    for (String word : text.replaceAll("\\s*(->|=>|=)\\s*", "$1").strip().split("[,;\\s]+", -1)) {
      Matcher option = OPTION.matcher(word);
      if (word.isEmpty()) { // a separator too many
        continue;
      }
      if (!option.matches()) {
        mappings.add(new Written(word, new LinkedHashMap<>()));
        continue;
      }
      if (mappings.isEmpty()) {
        problems.add("has an option before any mapping");
        continue;
      }
      Map<String, String> options = mappings.getLast().options();
      if (options.put(AsciiCase.lower(option.group(1)), option.group(2)) != null) {
        problems.add("has an option twice for one mapping");
      }
    }
    return mappings;
  }

  private static NetworkMapping parse(Written written) throws InvalidSettingException {
    Matcher arrow = ARROW.matcher(written.addresses());
    Matcher parts = arrow.matches() ? arrow : FOUR_PARTS.matcher(written.addresses());
    if (!parts.matches()) {
      throw new InvalidSettingException(
          "must be mappings HOST:PORT->HOST:PORT, separated by commas or white space");
    }
    return new NetworkMapping(
        HostPort.parse(parts.group(1)),
        HostPort.parse(parts.group(2)),
        Options.of(written.options()));
  }
}
