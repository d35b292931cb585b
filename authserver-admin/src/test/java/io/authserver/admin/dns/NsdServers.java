package io.authserver.admin.dns;

import io.authserver.smtp.testing.Oracle;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Two real name servers, nsd, as children of the test on a free port of 127.0.0.2 and 127.0.0.3,
 * called ns1.test and ns2.test, and a third one at 127.0.0.4, called mute.test, that takes queries
 * and says nothing. Both real ones serve each zone, with what the test gave to each. A class that
 * starts them {@link io.authserver.smtp.testing.Needs} {@link Oracle#NSD}.
 */
public final class NsdServers implements AutoCloseable {
  private static final String FIRST = "127.0.0.2";
  private static final String SECOND = "127.0.0.3";
  private static final String MUTE = "127.0.0.4";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;
  private final int port;
  private final DatagramSocket mute;
  private final List<Process> processes = new ArrayList<>();
  private final Map<String, List<String>> first = new TreeMap<>();
  private final Map<String, List<String>> second = new TreeMap<>();
  private final Map<String, String> nameServers = new TreeMap<>();
  private int serial;

  /**
   * Starts them with these zones, which ns1.test and ns2.test serve, or others where it says so.
   */
  public NsdServers(Path directory, String... zones) throws Exception {
    String program = Oracle.program("nsd").toString();
    this.directory = directory;
    this.port = freePort();
    this.mute = new DatagramSocket(new InetSocketAddress(MUTE, port));
    for (String zone : zones) {
      first.put(zone, new ArrayList<>());
      second.put(zone, new ArrayList<>());
      nameServers.put(zone, "ns1.test. ns2.test.");
    }
    List<String> hosts =
        List.of("ns1 A " + FIRST, "ns2 A " + SECOND, "mute A " + MUTE, "lost TXT nowhere");
    first.put("test", new ArrayList<>(hosts));
    second.put("test", new ArrayList<>(hosts));
    nameServers.put("test", "ns1.test. ns2.test.");
    write();
    for (String address : List.of(FIRST, SECOND)) {
      Path configuration = configure(address);
      processes.add(
          new ProcessBuilder(program, "-d", "-c", configuration.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve(address + ".log").toFile())
              .start());
    }
    await();
  }

  /** Finds a port that is free at all three addresses, for both protocols. */
  private static int freePort() throws IOException {
    for (int i = 0; i < 100; i++) {
      try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(FIRST));
          ServerSocket other =
              new ServerSocket(probe.getLocalPort(), 1, InetAddress.getByName(SECOND));
          DatagramSocket a = new DatagramSocket(probe.getLocalPort(), other.getInetAddress());
          DatagramSocket b = new DatagramSocket(probe.getLocalPort(), probe.getInetAddress());
          DatagramSocket c =
              new DatagramSocket(probe.getLocalPort(), InetAddress.getByName(MUTE))) {
        if (a.isBound() && b.isBound() && c.isBound()) {
          return probe.getLocalPort();
        }
      } catch (IOException e) {
        // Taken at one of them: another.
      }
    }
    throw new IOException("no port is free");
  }

  private Path configure(String address) throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            server:
              ip-address: %1$s@%2$d
              server-count: 1
              username: ""
              chroot: ""
              database: ""
              zonesdir: "%3$s"
              pidfile: "%3$s/%1$s.pid"
              zonelistfile: "%3$s/%1$s.list"
              xfrdfile: "%3$s/%1$s.xfrd"
              xfrdir: "%3$s"
              zonefiles-check: yes
              rrl-ratelimit: 0
            remote-control:
              control-enable: yes
              control-interface: "%3$s/%1$s.sock"
            """
                .formatted(address, port, directory));
    for (String zone : first.keySet()) {
      text.append(
          "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n".formatted(zone, file(address, zone)));
    }
    return Files.writeString(directory.resolve(address + ".conf"), text);
  }

  private String file(String address, String zone) {
    return zone + "." + address + ".zone";
  }

  /** Returns how the command line asks them. */
  public DnsAccess access() {
    return new DnsAccess(List.of(new InetSocketAddress(FIRST, port)), port, Duration.ofMillis(400));
  }

  /** Returns HOST:PORT of the first one. */
  public String address() {
    return FIRST + ":" + port;
  }

  /** Names the servers of a zone, such as {@code ns1.test. mute.test.}. */
  public NsdServers servers(String zone, String names) {
    nameServers.put(zone, names);
    return this;
  }

  /** Gives both servers a zone's records, as lines of a zone file. */
  public NsdServers put(String zone, List<String> lines) {
    first.put(zone, List.copyOf(lines));
    second.put(zone, List.copyOf(lines));
    return this;
  }

  /** Gives the second server other records than the first. */
  public NsdServers putSecond(String zone, List<String> lines) {
    second.put(zone, List.copyOf(lines));
    return this;
  }

  /** Serves what was put, and returns when both servers do. */
  public void reload() throws Exception {
    write();
    String control = Oracle.program("nsd-control").toString();
    for (String address : List.of(FIRST, SECOND)) {
      ExternalProgram.run(directory, control, "-c", address + ".conf", "reload");
    }
    await();
  }

  private void write() throws IOException {
    serial++;
    for (String zone : first.keySet()) {
      Files.writeString(directory.resolve(file(FIRST, zone)), text(zone, first.get(zone)));
      Files.writeString(directory.resolve(file(SECOND, zone)), text(zone, second.get(zone)));
    }
  }

  private String text(String zone, List<String> lines) {
    StringBuilder text = new StringBuilder("$ORIGIN " + zone + ".\n$TTL 0\n");
    text.append("@ SOA ns1.test. hostmaster.test. ").append(serial).append(" 60 60 60 0\n");
    for (String server : nameServers.getOrDefault(zone, "").split(" ", -1)) {
      text.append("@ NS ").append(server).append('\n');
    }
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private void await() throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (String address : List.of(FIRST, SECOND)) {
      for (String zone : first.keySet()) {
        while (serial(address, zone) != serial) {
          if (System.nanoTime() > end) {
            throw new IOException(
                "nsd does not serve "
                    + zone
                    + ": "
                    + Files.readString(directory.resolve(address + ".log")));
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
      }
    }
  }

  private long serial(String address, String zone) {
    try {
      Message response =
          new DnsQueries(access())
              .ask(
                  new InetSocketAddress(address, port),
                  Name.fromString(zone, Name.root),
                  Type.SOA,
                  false);
      return response.getSection(Section.ANSWER).stream()
          .filter(SOARecord.class::isInstance)
          .mapToLong(record -> ((SOARecord) record).getSerial())
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }

  @Override
  public void close() throws InterruptedException {
    mute.close();
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
