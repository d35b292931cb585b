package io.authserver.admin.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Finds the zone that a name is in, and its name servers: all of them, since one that is left out
 * may be the one that has another record. Safe for many threads.
 */
final class ZoneFinder {
  /**
   * More name servers, or more addresses of one, are an error: the zone's records are unchecked.
   */
  static final int MAX_SERVERS = 32;

  static final int MAX_ADDRESSES = 16;

  /** Zones that are remembered; beyond that all are looked for again. */
  private static final int MAX_REMEMBERED = 50_000;

  private final DnsQueries queries;
  private final Map<Name, Optional<Zone>> known = new ConcurrentHashMap<>();

  ZoneFinder(DnsQueries queries) {
    this.queries = queries;
  }

  /**
   * A name server at one of its addresses.
   *
   * @param address where it is, or nothing for a server whose address nobody knows
   */
  record Server(Name name, Optional<InetSocketAddress> address) {
    /** Returns what a person calls it. */
    String label() {
      String host = name.toString(true);
      return address
          .map(socket -> host + " (" + socket.getAddress().getHostAddress() + ")")
          .orElse(host);
    }
  }

  /**
   * A zone.
   *
   * @param apex its name
   * @param servers each address of each name server
   */
  record Zone(Name apex, List<Server> servers) {}

  /**
   * Finds the zone that holds a name: the closest ancestor, or the name itself, with NS records.
   *
   * @throws IOException where the resolver does not say, or there are more than {@link
   *     #MAX_SERVERS} name servers or {@link #MAX_ADDRESSES} addresses of one
   */
  Zone find(Name name) throws IOException {
    for (int skipped = 0; skipped < name.labels() - 1; skipped++) {
      Name candidate = new Name(name, skipped);
      Optional<Zone> zone = known.get(candidate);
      if (zone == null) {
        zone = at(candidate);
        if (known.size() >= MAX_REMEMBERED) {
          known.clear();
        }
        known.put(candidate, zone);
      }
      if (zone.isPresent()) {
        return zone.get();
      }
    }
    throw new IOException("no zone holds the name");
  }

  private Optional<Zone> at(Name candidate) throws IOException {
    Message response = queries.resolve(candidate, Type.NS);
    Set<Name> names = new LinkedHashSet<>();
    for (Record record : response.getSection(Section.ANSWER)) {
      // An alias at the name leads to the name servers of another zone: those have another owner.
      if (record instanceof NSRecord ns && ns.getName().equals(candidate)) {
        names.add(ns.getTarget());
      }
    }
    if (names.isEmpty()) {
      return Optional.empty();
    }
    if (names.size() > MAX_SERVERS) {
      throw new IOException(
          "zone %s has more than %d name servers; ask one with --resolver"
              .formatted(candidate.toString(true), MAX_SERVERS));
    }
    List<Callable<List<Server>>> tasks = new ArrayList<>();
    names.stream().sorted().forEach(name -> tasks.add(() -> addresses(name)));
    List<Server> servers = new ArrayList<>();
    DnsQueries.together(tasks).forEach(servers::addAll);
    return Optional.of(new Zone(candidate, List.copyOf(servers)));
  }

  private List<Server> addresses(Name server) throws IOException {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    for (int type : new int[] {Type.A, Type.AAAA}) {
      try {
        for (Record record : queries.resolve(server, type).getSection(Section.ANSWER)) {
          switch (record) {
            case ARecord a -> addresses.add(a.getAddress());
            case AAAARecord a -> addresses.add(a.getAddress());
            default -> {
              // An alias: a name server should have none, but its addresses follow.
            }
          }
        }
      } catch (IOException _) {
        // Then the other family is all there is; none at all is reported as a silent server.
      }
    }
    if (addresses.isEmpty()) {
      return List.of(new Server(server, Optional.empty()));
    }
    if (addresses.size() > MAX_ADDRESSES) {
      throw new IOException(
          "name server %s has more than %d addresses; ask one with --resolver"
              .formatted(server.toString(true), MAX_ADDRESSES));
    }
    int port = queries.access().authorityPort();
    return addresses.stream()
        .map(address -> new Server(server, Optional.of(new InetSocketAddress(address, port))))
        .toList();
  }
}
