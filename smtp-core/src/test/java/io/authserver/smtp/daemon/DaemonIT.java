package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class DaemonIT {
  private static final Map<String, String> ANY_PORT = Map.of("TRIVIAL_LISTEN", "127.0.0.1:0");

  /** A client of the daemon that is in the middle of its work. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(60_000);
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertEquals("220 hello", in.readLine());
    }

    String finish() throws IOException {
      socket.getOutputStream().write("done\r\n".getBytes(StandardCharsets.US_ASCII));
      return in.readLine();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static ChildProcess start(Map<String, String> environment, String... arguments)
      throws Exception {
    return new ChildProcess(ChildProcess.java(TrivialDaemon.class, arguments), environment);
  }

  private static int portOf(ChildProcess daemon) throws Exception {
    daemon.awaitLine("event=ready");
    return Integer.parseInt(daemon.awaitLine("listening ").replaceAll("\\D", ""));
  }

  @Test
  void finishesItsWorkOnSigterm() throws Exception {
    try (ChildProcess daemon = start(ANY_PORT)) {
      int port = portOf(daemon);
      try (Client client = new Client(port)) {
        daemon.terminate();
        daemon.awaitLine("accepts no more");
        assertThrows(ConnectException.class, () -> new Client(port).close());
        assertEquals("250 done", client.finish());
      }
      assertEquals(0, daemon.awaitExit());
      daemon.awaitLine("event=stopped ");
    }
  }

  @Test
  void stopsOnSigintToo() throws Exception {
    try (ChildProcess daemon = start(ANY_PORT)) {
      portOf(daemon);
      daemon.signal("INT");
      assertEquals(0, daemon.awaitExit());
    }
  }

  @Test
  void aSecondSignalEndsItAtOnce() throws Exception {
    try (ChildProcess daemon = start(ANY_PORT);
        Client client = new Client(portOf(daemon))) {
      daemon.terminate();
      daemon.awaitLine("event=stopping");
      daemon.terminate();
      assertEquals(1, daemon.awaitExit());
      assertEquals(-1, client.in.read());
    }
  }

  @Test
  void waitsNoLongerThanTold() throws Exception {
    try (ChildProcess daemon = start(ANY_PORT, "--stop-timeout", "300ms");
        Client client = new Client(portOf(daemon))) {
      daemon.terminate();
      assertEquals(0, daemon.awaitExit());
      daemon.awaitLine("event=stopped_at_deadline");
      assertEquals(-1, client.in.read());
    }
  }

  @Test
  void writesPrioritiesForTheJournal() throws Exception {
    try (ChildProcess daemon =
        start(Map.of("TRIVIAL_LISTEN", "127.0.0.1:0", "JOURNAL_STREAM", "8:1"))) {
      assertEquals(
          "<6>level=info logger=Daemon event=ready program=trivial",
          daemon.awaitLine("event=ready"));
    }
  }

  @Test
  void tellsSystemdOverAnAbstractSocket() throws Throwable {
    notifies("@authserver-test-" + ProcessHandle.current().pid());
  }

  @Test
  void tellsSystemdOverASocketInTheFileSystem(@TempDir Path folder) throws Throwable {
    notifies(folder.resolve("notify").toString());
  }

  private void notifies(String name) throws Throwable {
    Map<String, String> environment =
        Map.of("TRIVIAL_LISTEN", "127.0.0.1:0", "NOTIFY_SOCKET", name, "WATCHDOG_USEC", "200000");
    try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(name);
        ChildProcess daemon = start(environment)) {
      List<String> heard = new ArrayList<>();
      while (heard.size() < 4) {
        heard.add(systemd.receive());
      }
      assertTrue(heard.contains("READY=1\nSTATUS=ready"), heard.toString());
      assertTrue(heard.contains("WATCHDOG=1"), heard.toString());
      daemon.terminate();
      String last = systemd.receive();
      while (last.equals("WATCHDOG=1")) {
        last = systemd.receive();
      }
      assertTrue(last.startsWith("STOPPING=1\nSTATUS=waiting"), last);
      assertEquals(0, daemon.awaitExit());
    }
  }

  @Test
  void keepsSilentToTheWatchdogWhenACheckFails(@TempDir Path folder) throws Throwable {
    String name = folder.resolve("notify").toString();
    Map<String, String> environment =
        Map.of(
            "TRIVIAL_LISTEN",
            "127.0.0.1:0",
            "TRIVIAL_DEAD",
            "true",
            "NOTIFY_SOCKET",
            name,
            "WATCHDOG_USEC",
            "20000");
    try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(name);
        ChildProcess daemon = start(environment)) {
      List<String> heard = List.of(systemd.receive(), systemd.receive());
      assertTrue(heard.contains("READY=1\nSTATUS=ready"), heard.toString());
      assertTrue(heard.contains("STATUS=not ready: pulse: none"), heard.toString());
      daemon.awaitLine("event=not_ready");
      daemon.terminate();
      assertTrue(systemd.receive().startsWith("STOPPING=1"));
    }
  }

  @Nested
  @Needs(Oracle.PERL)
  class UnderAHolderOfItsSocket {
    @Test
    void takesTheSocketThatIsItsStandardInput() throws Exception {
      String script =
          """
          socket(S, PF_INET, SOCK_STREAM, 0) and bind(S, sockaddr_in(0, INADDR_LOOPBACK))
            and listen(S, 10) or die;
          my ($port) = sockaddr_in(getsockname(S));
          $ENV{TRIVIAL_LISTEN} = "127.0.0.1:" . ($port + ($ENV{OFF_BY} // 0));
          open(STDIN, "<&S") or die;
          exec(@ARGV) or die;
          """;
      List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-MSocket", "-e", script));
      command.addAll(ChildProcess.java(TrivialDaemon.class));
      try (ChildProcess daemon =
          new ChildProcess(command, Map.of("TRIVIAL_BESIDE", "127.0.0.1:0"))) {
        int beside = Integer.parseInt(daemon.awaitLine("beside ").replaceAll("\\D", ""));
        int port = portOf(daemon);
        assertNotEquals(port, beside);
        new Socket(InetAddress.getLoopbackAddress(), beside).close();
        try (Client client = new Client(port)) {
          daemon.terminate();
          daemon.awaitLine("accepts no more");
          // Whoever holds the socket keeps the connections that come now for the next process.
          new Socket(InetAddress.getLoopbackAddress(), port).close();
          assertEquals("250 done", client.finish());
        }
        assertEquals(0, daemon.awaitExit());
        // The log is still there after the inherited socket was closed.
        daemon.awaitLine("event=stopped ");
      }
      try (ChildProcess daemon = new ChildProcess(command, Map.of("OFF_BY", "1"))) {
        assertEquals(1, daemon.awaitExit());
        daemon.awaitLine(": standard input is a socket that listens on 127.0.0.1:");
      }
    }

    @Test
    void aSocketThatOthersReachNeedsItsClientsNamed() throws Exception {
      String script =
          """
          socket(S, PF_INET, SOCK_STREAM, 0) and bind(S, sockaddr_in(0, INADDR_ANY))
            and listen(S, 10) or die;
          my ($port) = sockaddr_in(getsockname(S));
          $ENV{TRIVIAL_LISTEN} = "0.0.0.0:$port";
          open(STDIN, "<&S") or die;
          exec(@ARGV) or die;
          """;
      List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-MSocket", "-e", script));
      command.addAll(ChildProcess.java(ListeningDaemon.class));
      try (ChildProcess daemon = new ChildProcess(command, Map.of())) {
        assertEquals(Daemon.EXIT_CONFIG, daemon.awaitExit());
        daemon.awaitLine("TRIVIAL_ALLOWED_CLIENTS: must be set, since 0.0.0.0:");
      }
      Map<String, String> named = Map.of("TRIVIAL_ALLOWED_CLIENTS", "192.0.2.0/24");
      try (ChildProcess daemon = new ChildProcess(command, named)) {
        daemon.awaitLine("event=ready");
        daemon.terminate();
        assertEquals(0, daemon.awaitExit());
      }
    }
  }

  /** What a run in this process has printed, and its exit status. */
  private record Run(int status, String out, String err) {}

  private static Run execute(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Daemon.of(TrivialDaemon.TABLE, TrivialDaemon::assemble)
            .execute(
                List.of(arguments),
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void reportsWrongSettingsAndPortsInUseTogether() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Run run =
          execute(
              Map.of("TRIVIAL_HEALTH_LISTEN", address, "TRIVIAL_DEAD", "x"),
              "--stop-timeout=5",
              "--listen=" + address);
      assertEquals(78, run.status());
      assertEquals(
          """
          trivial: TRIVIAL_DEAD: must be true or false, not "x" (environment)
          trivial: TRIVIAL_STOP_TIMEOUT: must be a duration from 0s to 1h with its unit (ms, s, m, h, d), not "5" (flag --stop-timeout)
          trivial: cannot listen on ADDRESS: Address already in use
          trivial: cannot listen on ADDRESS: Address already in use
          """
              .replace("ADDRESS", address),
          run.err());
      assertEquals("", run.out());
    }
  }

  @Test
  void aPortInUseIsNoFaultOfTheSettings() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Run run = execute(Map.of("TRIVIAL_LISTEN", address, "JOURNAL_STREAM", "1:2"));
      assertEquals(1, run.status());
      assertEquals(
          "<3>trivial: cannot listen on " + address + ": Address already in use\n", run.err());
    }
  }

  @Test
  void checksTheConfigurationBesideARunningDaemon() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Run run = execute(Map.of("TRIVIAL_LISTEN", address), "--check-config");
      assertEquals(new Run(0, "configuration ok\n", ""), run);
    }
    Run run = execute(Map.of("TRIVIAL_LISTEN", "x"), "--check-config");
    assertEquals(78, run.status());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count());
  }

  /** What is only warned of when it starts keeps a strict check from being passed. */
  @Test
  void aStrictCheckCountsWarnings() throws Exception {
    Map<String, String> misspelt = Map.of("TRIVIAL_LISTEN", "127.0.0.1:0", "TRIVIAL_DAED", "true");
    assertEquals(0, execute(misspelt, "--check-config").status());
    Run run = execute(misspelt, "--check-config", "--strict");
    assertEquals(78, run.status());
    assertEquals("", run.out());
    assertEquals("trivial: TRIVIAL_DAED: no setting of trivial has this name\n", run.err());
    assertEquals(
        new Run(0, "configuration ok\n", ""),
        execute(Map.of("TRIVIAL_LISTEN", "127.0.0.1:0"), "--strict", "--check-config"));
    Run alone = execute(Map.of("TRIVIAL_LISTEN", "127.0.0.1:0"), "--strict");
    assertEquals(new Run(78, "", "trivial: --strict: needs --check-config\n"), alone);
  }

  @Test
  void healthIsServedOnLoopbackAlone() {
    Run run = execute(Map.of("TRIVIAL_LISTEN", "127.0.0.1:0"), "--health-listen=0.0.0.0:80");
    assertEquals(78, run.status());
    assertTrue(run.err().contains("TRIVIAL_HEALTH_LISTEN: must be an address of the loopback"));
  }

  @Test
  void printsHelpAndSettings() {
    Run help = execute(Map.of(), "--help");
    assertEquals(0, help.status());
    assertTrue(help.out().startsWith("usage: trivial "), help.out());
    assertTrue(help.out().contains("  AUTHSERVER_LOG_LEVEL, --log-level\n"), help.out());
    Run settings = execute(Map.of(), "--settings");
    assertEquals(0, settings.status());
    assertTrue(settings.out().startsWith("| Setting | Flag |"), settings.out());
  }
}
