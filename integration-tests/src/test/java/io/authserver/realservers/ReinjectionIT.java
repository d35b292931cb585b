package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What comes in from a stranger in the name of an author of ours, and is sent again by this host on
 * every way there is, is submitted on none of them; the same ways with an honest author are.
 */
@Tag("real-servers")
@Timeout(600)
class ReinjectionIT {
  private static final Pattern SUBMITTED = Pattern.compile(" submitted=(yes|no)\\b");
  private static final String ROOT = "smtpd";
  private static final String SCRIPT = "/usr/local/libexec/send-again";
  private static final String AUTHOR = "Alice <alice@example.org>";

  /** Written with what every shell has in itself; it leaves alone what the list has sent. */
  private static final String SEND_AGAIN =
      """
      #!/bin/sh
      text=
      while IFS= read -r line; do
        case $line in
          "Delivered-To: team@"*) exit 0 ;;
          "X-Again: "*) to=${line#X-Again: } ;;
        esac
        text="$text$line
      "
      done
      printf %s "$text" | /usr/sbin/sendmail -i -f "$SENDER" "$to"
      """;

  private static final String SIEVE =
      """
      require "variables";
      if allof (header :matches "X-Again" "*", not header :contains "Delivered-To" "team@") {
        redirect "${1}";
      }
      """;

  private static final String WITH_SIEVE =
      """

      protocol lmtp {
        mail_plugins = sieve
      }
      protocol lda {
        mail_plugins = sieve
      }
      plugin {
        sieve = file:/etc/dovecot/again.sieve
      }
      """;

  /** Whom it goes to in the end, and how many of them are elsewhere. */
  private enum Destination {
    FOREIGN("dora@far.test", 1),
    LIST("team@example.org", 2),
    REDIRECT("zoe@moved.example", 1);

    private final String address;
    private final int recipients;

    Destination(String address, int recipients) {
      this.address = address;
      this.recipients = recipients;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Sends a message again, or for the first time. */
  private interface Way {
    void send(String message, String to) throws Exception;
  }

  /** How many copies have arrived over a way. */
  private record Count(String way, Destination destination, int copies) {
    @Override
    public String toString() {
      return way + " to " + destination + " " + copies;
    }
  }

  private static final List<Count> STRANGERS = new ArrayList<>();
  private static final List<Count> AUTHORS = new ArrayList<>();

  private static RealSite site;
  private static int number;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
    RealSite.authserver("emailalias", "create", "again@example.org", "--user", "bob");
    for (String root : List.of(ROOT, "dovecot")) {
      Place.write(root, "/etc/dovecot/again.sieve", SIEVE);
      Path folder = Place.in(root, "/etc/dovecot");
      // its owner compiles it, and keeps the result beside it
      Place.run(List.of("chown", "-R", "992:992", folder.resolve("again.sieve").toString()));
    }
    Place.write(ROOT, SCRIPT, SEND_AGAIN);
    Files.setPosixFilePermissions(
        Place.in(ROOT, SCRIPT), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterAll
  static void report() {
    System.out.printf(
        "ReinjectionIT: %d copies of what strangers sent, none submitted: %s%n",
        STRANGERS.stream().mapToInt(Count::copies).sum(), STRANGERS);
    System.out.printf(
        "ReinjectionIT: %d copies of what honest authors sent, all submitted and signed: %s%n",
        AUTHORS.stream().mapToInt(Count::copies).sum(), AUTHORS);
  }

  private static String spoof(String text, String to) {
    return Client.message(AUTHOR, to, text, "X-Again: " + to);
  }

  /** Returns what mailforwarder has said about submissions since then. */
  private static List<String> said(long since) throws Exception {
    List<String> said = new ArrayList<>();
    Matcher matcher = SUBMITTED.matcher(site.forwarder().logSince(since));
    while (matcher.find()) {
      said.add(matcher.group(1));
    }
    return said;
  }

  /** Sends a stranger's message and waits until all its copies have arrived. */
  private static void arrivesUnsubmitted(String name, String recipient, Way again)
      throws Exception {
    for (Destination destination : Destination.values()) {
      String text = "again-" + name + "-" + destination + "-" + ++number;
      long since = site.forwarder().logSize();
      String message = spoof(text, destination.address);
      try (Client stranger = Client.stranger()) {
        stranger.send("friend@near.test", recipient, message);
      }
      if (again != null) {
        String fetched = site.awaitMailbox("bob@example.org", text).getFirst();
        // without the parenthesis that ends IMAP's answer
        again.send(fetched.substring(0, fetched.lastIndexOf(')')), destination.address);
      }
      List<Message> copies = site.awaitTaken(text, destination.recipients);
      assertEquals(List.of("no", "no"), said(since), copies.getFirst().text());
      assertUnsigned(copies);
      STRANGERS.add(new Count(name, destination, copies.size()));
    }
  }

  private static void assertUnsigned(List<Message> copies) {
    for (Message copy : copies) {
      assertFalse(copy.text().contains("DKIM-Signature"), copy.text());
    }
  }

  private static void sendmail(String sender, String message, String to) throws Exception {
    Place.run(
        Place.inRoot(ROOT, "virtmail", List.of("/usr/sbin/sendmail", "-i", "-f", sender, to)),
        message.replace("\r\n", "\n"));
  }

  // ---- strangers

  @Test
  void aProgramOfOpenSmtpd() throws Exception {
    String lines =
        """
        table again { "@example.org" = "virtmail" }
        action "again" mda "%s" virtual <again>
        match tag FORWARDED from any for any rcpt-to "again@example.org" action "again"
        """
            .formatted(SCRIPT);
    VariantsIT.with(
        VariantsIT.before("match ", lines),
        () -> arrivesUnsubmitted("mda", "again@example.org", null));
  }

  @Test
  void aForwardFileWithAProgram() throws Exception {
    String lines =
        """
        table again { "@example.org" = "virtmail" }
        action "again" expand-only virtual <again>
        match tag FORWARDED from any for any rcpt-to "again@example.org" action "again"
        """;
    Path file = Place.in(ROOT, "/var/vmail/.forward");
    Files.writeString(file, "|" + SCRIPT + "\n");
    Place.run(List.of("chown", "992:992", file.toString()));
    try {
      VariantsIT.with(
          VariantsIT.before("match ", lines),
          () -> arrivesUnsubmitted("forward", "again@example.org", null));
    } finally {
      Files.delete(file);
    }
  }

  /** OpenSMTPD sends it on by itself, past mailforwarder. */
  @Test
  void aForwardFileWithAnAddress() throws Exception {
    Path file = Place.in(ROOT, "/var/vmail/.forward");
    Files.writeString(file, "dora@far.test\n");
    Place.run(List.of("chown", "992:992", file.toString()));
    String text = "again-address-" + ++number;
    try (Client stranger = Client.stranger()) {
      long since = site.forwarder().logSize();
      stranger.send("friend@near.test", "bob@example.org", spoof(text, "dora@far.test"));
      List<Message> copies = site.awaitTaken(text, 1);
      assertEquals(List.of("no"), said(since));
      assertUnsigned(copies);
      STRANGERS.add(new Count("forward-address", Destination.FOREIGN, copies.size()));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void sieveOverLmtpRedirectsBySmtp() throws Exception {
    site.dovecot().useMore(WITH_SIEVE + "submission_host = 127.0.0.1:25\n");
    try {
      arrivesUnsubmitted("sieve-smtp", "again@example.org", null);
    } finally {
      site.dovecot().useMore("");
    }
  }

  @Test
  void sieveRedirectsBySendmail() throws Exception {
    String more = WITH_SIEVE + Documents.file("dovecot.md", VariantsIT.LDA_SOCKET);
    site.dovecot().useMore(more);
    VariantsIT.installLda(more);
    try {
      VariantsIT.with(
          VariantsIT.withAction("mailbox", Documents.file("dovecot.md", VariantsIT.LDA_ACTION)),
          () -> arrivesUnsubmitted("sieve-sendmail", "again@example.org", null));
    } finally {
      site.dovecot().useMore("");
      VariantsIT.removeLda();
    }
  }

  @Test
  void whatLiesInAMailboxIsSentAgain() throws Exception {
    String user = "bob@example.org";
    arrivesUnsubmitted("sendmail", user, (message, to) -> sendmail(user, message, to));
    arrivesUnsubmitted("smtp", user, (message, to) -> SiteClient.send(message, 25, user, to));
    arrivesUnsubmitted(
        "smtp-login",
        user,
        (message, to) -> SiteClient.send(message, 465, user, to, user, RealSite.PASSWORD));
    arrivesUnsubmitted(
        "login",
        user,
        (message, to) -> {
          try (Client client = Client.user(user, RealSite.PASSWORD)) {
            client.send(user, to, message);
          }
        });
  }

  // ---- honest authors

  private static void leavesSubmitted(String name, Way way) throws Exception {
    for (Destination destination : Destination.values()) {
      String text = "honest-" + name + "-" + destination + "-" + ++number;
      long since = site.forwarder().logSize();
      way.send(Client.message(AUTHOR, destination.address, text), destination.address);
      List<Message> copies = site.awaitTaken(text, destination.recipients);
      assertEquals(List.of("yes"), said(since), copies.getFirst().text());
      for (Message copy : copies) {
        assertEquals(List.of("pass", "pass"), Signatures.ours(copy.data(), site.keys()));
      }
      AUTHORS.add(new Count(name, destination, copies.size()));
    }
  }

  @Test
  void whatThisHostOrAUserSubmitsIsSubmitted() throws Exception {
    String user = "alice@example.org";
    leavesSubmitted("cron", (message, to) -> sendmail(user, message, to));
    leavesSubmitted("web", (message, to) -> SiteClient.send(message, 25, user, to));
    leavesSubmitted(
        "web-login",
        (message, to) -> SiteClient.send(message, 465, user, to, user, RealSite.PASSWORD));
    leavesSubmitted(
        "user",
        (message, to) -> {
          try (Client client = Client.user(user, RealSite.PASSWORD)) {
            client.send(user, to, message);
          }
        });
  }
}
