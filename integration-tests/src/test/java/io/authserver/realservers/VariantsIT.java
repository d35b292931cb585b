package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.TestCertificate;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/opensmtpd.md and docs/dovecot.md offer besides their files. */
@Tag("real-servers")
@Timeout(300)
class VariantsIT {
  static final String LDA_ACTION = "smtpd.conf with dovecot-lda";
  static final String LDA_SOCKET = "dovecot.conf with dovecot-lda";
  static final String SMART_HOST_ACTION = "smtpd.conf with a smart host that wants a login";
  static final String SUBMISSION_LISTENER = "smtpd.conf with a listener for submissions";
  static final String SECRETS = "/etc/smtpd/secrets";
  static final String LDA_SCRIPT = "/usr/local/libexec/dovecot-deliver";

  private static final String SITE = "smtpd";
  private static final String AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

  private static RealSite site;

  @TempDir private Path files;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  interface Body {
    void run() throws Exception;
  }

  private static String documented() throws Exception {
    return Documents.file("opensmtpd.md", OpenSmtpd.CONFIGURATION);
  }

  /** Returns the documented smtpd.conf with other lines instead of one of its actions. */
  static String withAction(String name, String lines) throws Exception {
    String marker = "action \"" + name + "\" ";
    return documented()
        .lines()
        .map(line -> (line.startsWith(marker) ? lines : line) + "\n")
        .collect(Collectors.joining());
  }

  /** Returns the documented smtpd.conf with more lines before the first that begins so. */
  static String before(String beginning, String lines) throws Exception {
    return documented()
        .replaceFirst("(?m)^" + beginning, Matcher.quoteReplacement(lines + beginning));
  }

  /** Runs a test with another smtpd.conf. */
  static void with(String configuration, Body body) throws Exception {
    OpenSmtpd smtpd = RealSite.get().smtpd();
    smtpd.stop();
    try {
      Place.write(SITE, OpenSmtpd.CONFIGURATION, configuration);
      smtpd.start();
      body.run();
    } finally {
      if (smtpd.isAlive()) {
        smtpd.stop();
      }
      Place.write(SITE, OpenSmtpd.CONFIGURATION, documented());
      smtpd.start();
    }
  }

  @Test
  void masqueradeWritesTheSenderIntoTheFromField() throws Exception {
    with(
        documented().replace("senders <authserver>", "senders <authserver> masquerade"),
        () -> {
          String text = "masqueraded";
          try (Client user = Client.user("alice@example.org", RealSite.PASSWORD)) {
            user.send(
                "flowers@example.org",
                "dora@far.test",
                Client.message("The Boss <bob@example.org>", "dora@far.test", text));
          }
          Message message = site.awaitTaken(text, 1).getFirst();
          assertTrue(
              message.text().contains("\r\nFrom: The Boss <flowers@example.org>\r\n"),
              message.text());
          assertEquals(List.of("pass", "pass"), Signatures.ours(message.data(), site.keys()));
        });
  }

  @Test
  void theSmartHostMayWantALogin() throws Exception {
    TestCertificate certificate =
        TestCertificate.make(files, "-keyalg RSA -keysize 2048 -ext san=dns:smarthost.example.net");
    certificate.writeCertificate(files.resolve("crt"));
    Place.write(SITE, SECRETS, Documents.file("opensmtpd.md", SECRETS));
    String action = Documents.file("opensmtpd.md", SMART_HOST_ACTION).replace(":587", ":588");
    String authorities = Files.readString(Place.in(SITE, AUTHORITIES));
    Place.write(SITE, AUTHORITIES, Files.readString(files.resolve("crt")));
    try (TlsSmartHost host =
        new TlsSmartHost(
            new InetSocketAddress("203.0.113.87", 588), certificate, "user", "password")) {
      with(
          withAction("smarthost", action),
          () -> {
            String text = "behind-a-login";
            try (Client user = Client.user("orders@shop.example", RealSite.PASSWORD)) {
              user.send(
                  "orders@shop.example",
                  "dora@far.test",
                  Client.message("Shop <orders@shop.example>", "dora@far.test", text));
            }
            Place.await("the smart host's copy", RealSite.SOON, () -> host.taken().contains(text));
          });
    } finally {
      Place.write(SITE, AUTHORITIES, authorities);
    }
  }

  @Test
  void submissionsMayHaveAListenerOfTheirOwn() throws Exception {
    Map<String, String> settings = new HashMap<>(site.forwarder().environment());
    settings.put("MAILFORWARDER_SUBMISSION_PORT", "10048");
    site.smtpd().awaitNoSessions();
    site.forwarder().stop();
    JavaDaemon forwarder = new JavaDaemon("mailforwarder", MailForwarderMain.class, settings);
    forwarder.start();
    try {
      with(
          before("match ", Documents.file("opensmtpd.md", SUBMISSION_LISTENER)),
          () -> {
            try (Client user = Client.user("alice@example.org", RealSite.PASSWORD)) {
              user.send(
                  "alice@example.org",
                  "team@example.org",
                  Client.message("Alice <alice@example.org>", "team@example.org", "listener-user"));
            }
            // a container: no login, and fields from servers of its own
            SiteClient.send(
                Client.message(
                    "Alice <alice@example.org>",
                    "team@example.org",
                    "listener-program",
                    "Received: by mx.example.org with HTTP; Sat, 21 Nov 2026 09:55:06 -0600"),
                10025,
                "alice@example.org",
                "team@example.org");
            SiteClient.send(
                Client.message("Alice <alice@example.org>", "team@example.org", "listener-25"),
                25,
                "alice@example.org",
                "team@example.org");
            for (String text : List.of("listener-user", "listener-program", "listener-25")) {
              for (Message copy : site.awaitTaken(text, 2)) {
                assertEquals(
                    text.equals("listener-25") ? List.of() : List.of("pass", "pass"),
                    Signatures.ours(copy.data(), site.keys()),
                    copy.text());
              }
            }
          });
    } finally {
      site.smtpd().awaitNoSessions();
      forwarder.stop();
      site.forwarder().start();
    }
  }

  @Test
  void dovecotLdaGetsTheAddressesAsTheyAre() throws Exception {
    String socket = Documents.file("dovecot.md", LDA_SOCKET);
    installLda(socket);
    site.dovecot().useMore(socket);
    try {
      with(
          withAction("mailbox", Documents.file("dovecot.md", LDA_ACTION)),
          () -> {
            for (String sender : List.of("", "o'neill$HOME#`id`&@near.test")) {
              String text = "by-lda-" + sender.length();
              try (Client stranger = Client.stranger()) {
                stranger.send(
                    sender,
                    List.of("flowers+x@example.org", "bob@example.org"),
                    Client.message("F <friend@near.test>", "bob@example.org", text));
              }
              for (String login : List.of("alice@example.org", "bob@example.org")) {
                String message = site.awaitMailbox(login, text).getFirst();
                // it writes none for an empty one
                String top = sender.isEmpty() ? "Delivered-To: " : "Return-Path: <" + sender + ">";
                assertTrue(message.startsWith(top), message);
              }
            }
          });
    } finally {
      site.dovecot().useMore("");
      removeLda();
    }
  }

  static void removeLda() throws Exception {
    for (String folder : List.of("/usr/lib/dovecot", "/var/vmail")) {
      Place.run(List.of("umount", Place.in(SITE, folder).toString()));
    }
  }

  /** Puts Dovecot's delivery agent and the mailboxes where OpenSMTPD is. */
  static void installLda(String socket) throws Exception {
    for (String folder : List.of("/usr/lib/dovecot", "/var/vmail")) {
      Files.createDirectories(Place.in(SITE, folder));
      Place.run(
          List.of(
              "mount",
              "--bind",
              Place.in("dovecot", folder).toString(),
              Place.in(SITE, folder).toString()));
    }
    for (String path : List.of("/usr/lib/x86_64-linux-gnu/", "/usr/bin/")) {
      Place.run(
          List.of("cp", "-an", Place.in("dovecot", path) + "/.", Place.in(SITE, path).toString()));
    }
    // dovecot-lda reads it as virtmail, and needs no private key
    Place.write(
        SITE, Dovecot.CONFIGURATION, Documents.file("dovecot.md", Dovecot.CONFIGURATION) + socket);
    Place.write(SITE, LDA_SCRIPT, Documents.script("dovecot.md", LDA_SCRIPT));
    Files.setPosixFilePermissions(
        Place.in(SITE, Dovecot.CONFIGURATION), PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(
        Place.in(SITE, LDA_SCRIPT), PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
