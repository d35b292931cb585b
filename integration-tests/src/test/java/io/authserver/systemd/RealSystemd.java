package io.authserver.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The units under a real systemd, which systemd/test boots. Each test leaves the services up. Not
 * run with the other tests, hence the name.
 */
@Timeout(180)
class RealSystemd {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SLOW = "Subject: slow";
  private static final int LARGE = 3 << 20;

  private static InstalledSite site;
  private static volatile CountDownLatch release = new CountDownLatch(1);
  private static volatile boolean holding;

  @BeforeAll
  static void setUp() throws Exception {
    Machine.require();
    site =
        new InstalledSite(
            ScriptedNextHop.builder()
                .on(Step.FINAL_DOT, _ -> holding ? new Action.Wait(release) : Action.proceed())
                .start());
    site.start();
  }

  @AfterAll
  static void tearDown() throws IOException {
    if (site != null) {
      site.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {InstalledSite.SIGNER, InstalledSite.FORWARDER})
  void isReadyAndConfined(String unit) throws Exception {
    assertEquals("active", Machine.show(unit, "ActiveState"));
    Machine.await(unit, "StatusText", "ready"::equals);
    String status = Files.readString(process(unit).resolve("status"));
    for (String line :
        List.of(
            "CapPrm:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2")) {
      assertTrue(status.contains(line + "\n"), line + " is not in\n" + status);
    }
    assertEquals(unit.replaceAll("[@.].*", ""), Files.getOwner(process(unit)).getName());
    Path root = process(unit).resolve("root");
    assertEquals(
        List.of("tmp"), Machine.run("ls", root.resolve("var").toString()).lines().toList());
    assertEquals(List.of(), Machine.run("ls", root.resolve("home").toString()).lines().toList());
    String journal = Machine.journal(unit);
    assertTrue(journal.contains("event=ready"), journal);
    assertFalse(journal.contains("native_crypto_unavailable"), journal);
    assertFalse(journal.contains("event=notify_failed"), journal);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, LARGE})
  void signsThroughTheSocketOfSystemd(int size) throws Exception {
    Message sent = deliver(10036, "alice@" + InstalledSite.DOMAIN, "x@far.example", size);
    Machine.Ended verified = site.verify(sent.data());
    assertEquals(0, verified.status(), verified.output());
    assertEquals(
        2,
        verified.output().lines().filter(line -> line.contains("pass")).count(),
        verified.output());
  }

  @Test
  void forwardsThroughTheSocketOfSystemd() throws Exception {
    try (RawSmtpClient client = RawSmtpClient.greeted(loopback(10046))) {
      client.command("MAIL FROM:<x@far.example>", "250");
      client.command("RCPT TO:<team@" + InstalledSite.DOMAIN + ">", "250");
      String reply = client.data(message("x@far.example", 10));
      assertTrue(reply.startsWith("250"), reply);
    }
    Message copy = site.delivery.awaitMessage(SOON);
    assertEquals(2, copy.recipients().size(), copy.recipients().toString());
    assertTrue(copy.reversePath().startsWith("<SRS0="), copy.reversePath());
  }

  @Test
  void restartsUnderLoadWithoutRefusingAnybody() throws Exception {
    try (MailTraffic traffic = new MailTraffic(loopback(10036), "restart")) {
      for (int restart = 0; restart < 3; restart++) {
        traffic.awaitTaken(traffic.taken() + 60);
        int before = traffic.taken();
        Machine.systemctl("restart", InstalledSite.SIGNER);
        assertTrue(traffic.taken() > before, "no client met the restart");
      }
      traffic.awaitTaken(traffic.taken() + 60);
      assertEquals(List.of(), traffic.end(RealSystemd::subjects));
    }
    assertEquals("success", Machine.show(InstalledSite.SIGNER, "Result"));
    assertEquals("0", Machine.show(InstalledSite.SIGNER, "NRestarts"));
  }

  @Test
  void aStopWaitsForTheNextHopAndTheSocketStartsItAgain() throws Exception {
    release = new CountDownLatch(1);
    holding = true;
    try (RawSmtpClient client = RawSmtpClient.greeted(loopback(10036))) {
      client.socket().setSoTimeout(60_000);
      client.command("MAIL FROM:<alice@" + InstalledSite.DOMAIN + ">", "250");
      client.command("RCPT TO:<x@far.example>", "250");
      client.command("DATA", "354");
      client.send(SLOW + "\r\n\r\nx\r\n.\r\n");
      Machine.systemctl("stop", "--no-block", InstalledSite.SIGNER);
      Machine.await(InstalledSite.SIGNER, "ActiveState", "deactivating"::equals);
      Machine.await(
          InstalledSite.SIGNER, "StatusText", text -> text.startsWith("waiting for transactions"));
      holding = false;
      release.countDown();
      client.expect("250");
      client.expect("421 4.3.2");
    } finally {
      holding = false;
      release.countDown();
    }
    Machine.await(InstalledSite.SIGNER, "ActiveState", "inactive"::equals);
    assertEquals("success", Machine.show(InstalledSite.SIGNER, "Result"));
    assertTrue(Machine.journal(InstalledSite.SIGNER).contains("event=stopped "));
    // Nobody starts it but the connection.
    deliver(10036, "alice@" + InstalledSite.DOMAIN, "x@far.example", 10);
    assertEquals("active", Machine.show(InstalledSite.SIGNER, "ActiveState"));
  }

  @Test
  void aDaemonThatHangsIsKilledAndStartedAgain() throws Exception {
    String unit = InstalledSite.FORWARDER;
    // The times of the unit are for daemons that are busy.
    Machine.dropIn(unit, "[Service]", "WatchdogSec=4", "RestartSec=1");
    try {
      Machine.systemctl("restart", unit);
      String pid = Machine.show(unit, "MainPID");
      Machine.hang(pid);
      try (RawSmtpClient waiting = new RawSmtpClient(loopback(10046))) {
        waiting.socket().setSoTimeout(90_000);
        waiting.expect("220");
      }
      Machine.await(unit, "ActiveState", "active"::equals);
      assertFalse(pid.equals(Machine.show(unit, "MainPID")), pid);
      assertEquals("1", Machine.show(unit, "NRestarts"));
      String journal = Machine.journal(unit);
      assertTrue(journal.contains("Watchdog timeout (limit 4s)!"), journal);
    } finally {
      Machine.removeDropIn(unit);
      Machine.systemctl("restart", unit);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {InstalledSite.SIGNER, InstalledSite.FORWARDER})
  void secretsAreReadableByTheServiceAlone(String unit) throws Exception {
    String user = unit.replaceAll("[@.].*", "");
    Path credentials = Path.of("/run/credentials", unit);
    String secret = credentials.resolve("DATABASE_URL").toString();
    assertTrue(as(user, "cat", secret).output().contains(InstalledSite.PASSWORD));
    for (String other : List.of("nobody", "authserver")) {
      assertFalse(as(other, "cat", secret).output().contains(InstalledSite.PASSWORD), other);
    }
    for (String file :
        List.of(
            InstalledSite.SETTINGS.resolve(user).resolve("credentials/DATABASE_URL").toString(),
            "/etc/authserver/wrapping-key")) {
      Machine.Ended ended = as(user, "cat", file);
      assertTrue(ended.status() != 0 && ended.output().endsWith("Permission denied"), file);
    }
    for (String file : List.of("environ", "cmdline")) {
      assertFalse(
          Files.readString(process(unit).resolve(file), StandardCharsets.ISO_8859_1)
              .contains(InstalledSite.PASSWORD),
          file);
    }
    assertFalse(Machine.journal(unit).contains(InstalledSite.PASSWORD));
  }

  @Test
  void speaksWithThisMachineAloneUntilADropInSaysOtherwise() throws Exception {
    Machine.run("ip", "address", "replace", "192.0.2.10/32", "dev", "lo");
    String unit = "dkimsigner@10038.service";
    try (ServerSocket elsewhere = new ServerSocket(0, 50, InetAddress.ofLiteral("192.0.2.10"))) {
      Files.writeString(
          InstalledSite.SETTINGS.resolve("dkimsigner/instance-10038"),
          "DKIMSIGNER_NETWORK_MAPPING=127.0.0.1:10038->192.0.2.10:%d\nDKIMSIGNER_NEXT_HOP_CONNECT_TIMEOUT=2s\n"
              .formatted(elsewhere.getLocalPort()));
      Machine.systemctl("start", unit);
      // Not for us, who are in no such unit.
      new Socket("192.0.2.10", elsewhere.getLocalPort()).close();
      elsewhere.accept().close();
      try (RawSmtpClient client = new RawSmtpClient(loopback(10038))) {
        client.expect("220");
        client.command("EHLO c.example", "250");
        client.command("MAIL FROM:<a@far.example>", "451 4.4.1");
      }
      Machine.dropIn(unit, "[Service]", "IPAddressAllow=192.0.2.10");
      Machine.systemctl("restart", unit);
      elsewhere.setSoTimeout(30_000);
      elsewhere.accept().close();
    } finally {
      Machine.removeDropIn(unit);
      Machine.systemctl("stop", "dkimsigner@10038.socket", unit);
    }
  }

  @Test
  void takesASocketOfIpv6() throws Exception {
    String socket = "dkimsigner@10039.socket";
    Machine.dropIn(socket, "[Socket]", "ListenStream=", "ListenStream=[::1]:10039");
    try {
      Files.writeString(
          InstalledSite.SETTINGS.resolve("dkimsigner/instance-10039"),
          "DKIMSIGNER_NETWORK_MAPPING=[::1]:10039->127.0.0.1:%d\n".formatted(site.relay.port()));
      Machine.systemctl("start", socket);
      try (RawSmtpClient client =
          new RawSmtpClient(new InetSocketAddress(InetAddress.ofLiteral("::1"), 10039))) {
        client.socket().setSoTimeout(60_000);
        client.expect("220");
      }
    } finally {
      Machine.systemctl("stop", socket, "dkimsigner@10039.service");
      Machine.removeDropIn(socket);
    }
  }

  @Test
  void maintenanceTellsAPersonFromAFailure() throws Exception {
    String unit = "authserver-maintain.service";
    String person = "authserver-publish.service";
    assertEquals("active", Machine.show("authserver-maintain.timer", "ActiveState"));
    assertEquals(unit, Machine.show("authserver-maintain.timer", "Triggers"));
    assertFalse(Machine.show("authserver-maintain.timer", "NextElapseUSecRealtime").isEmpty());

    Machine.dropIn(
        "authserver-maintain.timer", "[Timer]", "OnActiveSec=1ms", "RandomizedDelaySec=0");
    Machine.systemctl("restart", "authserver-maintain.timer");
    Machine.await(unit, "ExecMainExitTimestampMonotonic", time -> !time.equals("0"));
    Machine.removeDropIn("authserver-maintain.timer");
    assertEquals("0", Machine.show(unit, "ExecMainStatus"));
    Machine.await(person, "ExecMainExitTimestampMonotonic", time -> !time.equals("0"));
    assertEquals("success", Machine.show(person, "Result"));

    site.ageKeys();
    Machine.systemctl("start", unit);
    assertEquals("4", Machine.show(unit, "ExecMainStatus"));
    assertEquals("success", Machine.show(unit, "Result"));
    Machine.await(person, "ActiveState", "failed"::equals);
    assertTrue(Machine.journal(unit).contains("_domainkey." + InstalledSite.DOMAIN));

    Path url = InstalledSite.SETTINGS.resolve("authserver/credentials/DATABASE_URL");
    String right = Files.readString(url);
    try {
      Files.writeString(url, right.replaceFirst(":[0-9]+/", ":1/"), StandardOpenOption.WRITE);
      assertTrue(Machine.attempt(Map.of(), "systemctl", "start", unit).status() != 0);
      assertEquals("3", Machine.show(unit, "ExecMainStatus"));
      assertEquals("failed", Machine.show(unit, "ActiveState"));
    } finally {
      Files.writeString(url, right);
      Machine.systemctl("reset-failed");
    }
  }

  private static Path process(String unit) throws Exception {
    return Path.of("/proc", Machine.show(unit, "MainPID"));
  }

  private static Machine.Ended as(String user, String... command) throws Exception {
    List<String> whole = new ArrayList<>(List.of("runuser", "-u", user, "--"));
    whole.addAll(List.of(command));
    return Machine.attempt(Map.of("LC_ALL", "C.UTF-8"), whole.toArray(String[]::new));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private static byte[] message(String author, int size) {
    String line = "0123456789".repeat(7) + "\r\n";
    return ("From: " + author + "\r\nSubject: a test\r\n\r\n" + line.repeat(1 + size / 72))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Hands a message to a daemon and returns it as the relay got it. */
  private static Message deliver(int port, String author, String recipient, int size)
      throws Exception {
    int before = site.relay.messages().size();
    try (RawSmtpClient client = new RawSmtpClient(loopback(port))) {
      client.socket().setSoTimeout(60_000);
      client.expect("220");
      client.command("EHLO c.example", "250");
      client.command("MAIL FROM:<" + author + ">", "250");
      client.command("RCPT TO:<" + recipient + ">", "250");
      String reply = client.data(message(author, size));
      assertTrue(reply.startsWith("250"), reply);
    }
    return site.relay.awaitMessages(before + 1, SOON).getLast();
  }

  private static List<String> subjects() {
    return site.relay.messages().stream()
        .flatMap(message -> message.text().lines().filter(line -> line.startsWith("Subject: ")))
        .map(line -> line.substring("Subject: ".length()))
        .toList();
  }
}
