package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand messages of strangers who claim to be somebody else, each with what makes a mail
 * server refuse it: nobody in whose name one comes hears of it.
 *
 * <p>Symptom: OpenSMTPD took them, mailforwarder refused them, and the third person got the bounce,
 * body and all.
 */
@Tag("real-servers")
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileMailIT {
  private static final int MESSAGES = 1000;
  private static final int CLIENTS = 4;
  private static final Duration LONG = Duration.ofSeconds(150);

  /** Whose addresses strangers use. All that comes to this domain is somebody's who wrote none. */
  private static final String VICTIMS = "victim.test";

  /** Stands in the body of each message, and nowhere else in it. */
  private static final String BODY = "nobody-ordered-this";

  /** Limits that a message of some size can meet; OpenSMTPD's are above them. */
  private static final Map<String, String> LIMITS =
      Map.of("MAILFORWARDER_MAX_MESSAGE_SIZE", "2000000", "MAILFORWARDER_MAX_LINE_LENGTH", "2000");

  /** What both daemons have for headers and fields by default. */
  private static final int MOST_HEADER_OCTETS = 1 << 20;

  private static final int MOST_FIELDS = 5000;
  private static final int MOST_RECEIVED = 50;

  /** What is wrong with a message. */
  private enum Kind {
    SRS_MADE_UP,
    SRS_TOO_OLD,
    SRS_OF_ANOTHER,
    LIST_EMPTY,
    LIST_CIRCULAR,
    LIST_BLOCKED,
    LIST_OF_BLOCKED,
    LIST_TOO_LARGE,
    DELIVERED_TO,
    HEADER_TOO_LARGE,
    HEADER_JUST_FITS,
    TOO_MANY_FIELDS,
    FIELDS_JUST_FIT,
    TOO_MANY_RECEIVED,
    RECEIVED_JUST_FIT,
    LINE_TOO_LONG,
    TOO_LARGE_AFTER_DATA,
    SUCCESS_WANTED,
    MEMBER_REFUSES,
    MIXED,
    /** Nothing at all: what a far server refuses of these may go back, without its body. */
    FORWARDED
  }

  /** Kinds of some megabytes, each of which is one message in a hundred; the others are alike. */
  private static final List<Kind> HEAVY =
      List.of(Kind.HEADER_TOO_LARGE, Kind.HEADER_JUST_FITS, Kind.TOO_LARGE_AFTER_DATA);

  private static final List<Kind> LIGHT =
      Stream.of(Kind.values()).filter(kind -> !HEAVY.contains(kind)).toList();

  /** What the edge cannot see, so that it takes the message. */
  private static final Set<Kind> BEHIND_THE_EDGE =
      EnumSet.of(
          Kind.DELIVERED_TO,
          Kind.HEADER_TOO_LARGE,
          Kind.HEADER_JUST_FITS,
          Kind.TOO_MANY_FIELDS,
          Kind.FIELDS_JUST_FIT,
          Kind.TOO_MANY_RECEIVED,
          Kind.RECEIVED_JUST_FIT,
          Kind.LINE_TOO_LONG,
          Kind.TOO_LARGE_AFTER_DATA,
          Kind.MEMBER_REFUSES,
          Kind.FORWARDED);

  /** What the edge refuses as a whole. */
  private static final Set<Kind> REFUSED_BY_THE_EDGE =
      EnumSet.of(
          Kind.SRS_MADE_UP,
          Kind.SRS_TOO_OLD,
          Kind.SRS_OF_ANOTHER,
          Kind.LIST_EMPTY,
          Kind.LIST_CIRCULAR,
          Kind.LIST_BLOCKED,
          Kind.LIST_OF_BLOCKED,
          Kind.LIST_TOO_LARGE);

  /** What nobody but us refuses: of these nothing goes back at all, whatever far servers say. */
  private static final Set<Kind> OURS_ALONE = EnumSet.copyOf(REFUSED_BY_THE_EDGE);

  static {
    OURS_ALONE.addAll(
        List.of(
            Kind.DELIVERED_TO,
            Kind.HEADER_TOO_LARGE,
            Kind.TOO_MANY_FIELDS,
            Kind.TOO_MANY_RECEIVED,
            Kind.LINE_TOO_LONG,
            Kind.TOO_LARGE_AFTER_DATA));
  }

  /** A message: for whom, and what it looks like. */
  private record Attack(
      Kind kind, String sender, List<String> recipients, String parameters, String text) {}

  private static RealSite site;
  private static JavaDaemon forwarder;
  private static String oldAddress;
  private static String otherAddress;

  @BeforeAll
  static void prepare() throws Exception {
    site = RealSite.get();
    // Whose mailbox no other test reads.
    RealSite.createUser("heap", "heap@example.org");
    RealSite.authserver("emailalias", "create", "postmaster@example.org", "--user", "heap");
    RealSite.createListOf("heap", "crew", "dora@far.test", "heap@example.org");
    RealSite.createListOf("heap", "hollow");
    RealSite.createListOf("heap", "ring-a", "ring-b@example.org");
    RealSite.createListOf("heap", "ring-b", "ring-a@example.org");
    RealSite.createListOf("heap", "shut", "dora@far.test");
    RealSite.authserver("emailalias", "block", "shut@example.org");
    RealSite.createListOf("heap", "of-shut", "spam@example.org", "shut@example.org");
    RealSite.createListOf("heap", "halves", "dora@far.test", "nobody-is-here@example.org");
    RealSite.createListOf("heap", "odd", "émile@far.test", "emil@away.test");
    site.database()
        .run(
            "INSERT INTO authserver.mailing_list (name) VALUES ('enormous')",
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT l.id, 'enormous-member' || i || '@far.test'
            FROM authserver.mailing_list l, generate_series(1, 20001) i WHERE l.name = 'enormous'
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
            SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
            WHERE d.name = 'example.org' AND l.name = 'enormous'
            """);
    otherAddress = returnAddress();
    oldAddress = expired();
    site.smtpd().awaitNoSessions();
    site.forwarder().stop();
    Map<String, String> settings = new HashMap<>(site.forwarder().environment());
    settings.putAll(LIMITS);
    forwarder = new JavaDaemon("mailforwarder", MailForwarderMain.class, settings);
    forwarder.start();
  }

  @AfterAll
  static void restore() throws Exception {
    site.smtpd().awaitNoSessions();
    forwarder.stop();
    site.forwarder().start();
  }

  /** Returns a return address that we made, of somebody else's mail. */
  private static String returnAddress() throws Exception {
    String text = "to-have-an-address";
    try (Client stranger = Client.stranger()) {
      stranger.send(
          "friend@near.test",
          "team@example.org",
          Client.message("F <friend@near.test>", "team@example.org", text));
    }
    String path = site.awaitTaken(text, 1).getFirst().reversePath();
    return path.substring(1, path.length() - 1);
  }

  /** Returns a return address that we would have made a month ago. */
  private static String expired() {
    return RealSite.authserverWith(
            "friend@near.test\n",
            "srs",
            "forward",
            "--domain",
            RealSite.DOMAIN,
            "--at",
            Instant.now().minus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString())
        .strip();
  }

  // ---- the messages

  private static Attack attack(String run, int number) {
    Kind kind = kindOf(number);
    String name = run + "-" + number;
    String sender = "third-" + name + "@" + VICTIMS;
    return new Attack(
        kind, sender, recipients(kind, number), parameters(kind), text(kind, name, sender));
  }

  private static Kind kindOf(int number) {
    int place = number % 100 - HEAVY.size();
    return place < 0
        ? HEAVY.get(number % 100)
        : LIGHT.get((number / 100 * (100 - HEAVY.size()) + place) % LIGHT.size());
  }

  private static List<String> recipients(Kind kind, int number) {
    int variant = number / LIGHT.size();
    boolean even = variant % 2 == 0;
    return switch (kind) {
      case SRS_MADE_UP ->
          List.of(
              (even ? "SRS0=" : "srs1+")
                  + "AAAA"
                  + number % 10
                  + "BBB=AA=near.test=victim@"
                  + (even ? "example.org" : "moved.example"));
      case SRS_TOO_OLD -> List.of(oldAddress);
      case SRS_OF_ANOTHER -> List.of(otherAddress);
      case LIST_EMPTY -> List.of("hollow@example.org");
      case LIST_CIRCULAR -> List.of(even ? "ring-a@example.org" : "ring-b@old.example");
      case LIST_BLOCKED -> List.of("shut@example.org");
      case LIST_OF_BLOCKED -> List.of("of-shut@example.org");
      case LIST_TOO_LARGE -> List.of("enormous@example.org");
      case MEMBER_REFUSES -> List.of(even ? "halves@example.org" : "odd@example.org");
      case MIXED ->
          List.of(
              "hollow@example.org",
              "heap@example.org",
              otherAddress,
              "halves@example.org",
              "zoe@moved.example",
              "enormous@example.org");
      // So large a message stays in the memory of this process where it comes through.
      case HEADER_JUST_FITS -> List.of(number < 400 ? "crew@example.org" : "heap@example.org");
      default ->
          List.of(
              switch (variant % 3) {
                case 0 -> "crew@example.org";
                case 1 -> "zoe@moved.example";
                default -> kind == Kind.FORWARDED ? "any@moved.example" : "heap@example.org";
              });
    };
  }

  private static String parameters(Kind kind) {
    return kind == Kind.SUCCESS_WANTED || kind == Kind.MIXED
        ? " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;third@" + VICTIMS
        : "";
  }

  private static String text(Kind kind, String name, String sender) {
    List<String> lines = new ArrayList<>();
    switch (kind) {
      case TOO_MANY_RECEIVED -> received(lines, MOST_RECEIVED + 10);
      // One more by the edge; then mailforwarder and the queue behind it add theirs.
      case RECEIVED_JUST_FIT -> received(lines, MOST_RECEIVED - 1);
      default -> received(lines, 1);
    }
    lines.add("From: A third person <" + sender + ">");
    lines.add("Sender: " + sender);
    lines.add("Reply-To: " + sender);
    lines.add("Errors-To: " + sender);
    lines.add("Disposition-Notification-To: " + sender);
    lines.add("Return-Receipt-To: " + sender);
    lines.add("To: somebody@example.org");
    lines.add("Subject: " + name);
    lines.add("Date: Sat, 21 Nov 2026 09:55:06 -0600");
    lines.add("Message-ID: <" + name + "@" + VICTIMS + ">");
    switch (kind) {
      case DELIVERED_TO -> {
        lines.addFirst("Delivered-To: crew@example.org");
        lines.addFirst("Delivered-To: zoe@moved.example");
      }
      case HEADER_TOO_LARGE -> fill(lines, MOST_HEADER_OCTETS + 50_000);
      // The edge's field still fits.
      case HEADER_JUST_FITS -> fill(lines, MOST_HEADER_OCTETS - 300);
      case TOO_MANY_FIELDS -> fields(lines, MOST_FIELDS + 100);
      case FIELDS_JUST_FIT -> fields(lines, MOST_FIELDS);
      case MIXED -> {
        lines.addFirst("Delivered-To: halves@example.org");
        fields(lines, MOST_FIELDS + 100);
      }
      default -> {}
    }
    lines.add("");
    lines.add(BODY + " " + name);
    if (kind == Kind.LINE_TOO_LONG) {
      lines.add("x".repeat(3000));
    }
    if (kind == Kind.TOO_LARGE_AFTER_DATA) {
      // OpenSMTPD keeps a line end as one octet, and believes that this fits.
      lines.add("\r\n".repeat(1_200_000));
    }
    return String.join("\r\n", lines) + "\r\n";
  }

  private static void received(List<String> lines, int count) {
    IntStream.range(0, count)
        .mapToObj(
            i ->
                "Received: from hop%d.near.test by hop%d.near.test with SMTP; Sat, 21 Nov 2026 09:00:00 +0000"
                    .formatted(i, i + 1))
        .forEach(lines::add);
  }

  /** Fills the header section up to so many octets, or a few more. */
  private static void fill(List<String> lines, int octets) {
    String name = "X-Filling: ";
    int left = octets - lines.stream().mapToInt(line -> line.length() + 2).sum();
    while (left > 0) {
      String line = name + "x".repeat(Math.clamp(left - name.length() - 2, 1, 900));
      lines.add(line);
      left -= line.length() + 2;
    }
  }

  /** Adds fields until there are so many, the edge's own among them. */
  private static void fields(List<String> lines, int count) {
    while (lines.size() < count - 1) {
      lines.add("X: y");
    }
  }

  // ---- sending

  /** What the edge said. */
  private static final class Tally {
    private final Map<Kind, Map<String, Integer>> replies = new ConcurrentHashMap<>();
    private final Map<Kind, Integer> taken = new ConcurrentHashMap<>();

    void count(Kind kind, String command, String reply) {
      replies
          .computeIfAbsent(kind, _ -> new ConcurrentHashMap<>())
          .merge(command + " " + reply.substring(0, Math.min(3, reply.length())), 1, Integer::sum);
    }

    void taken(Kind kind) {
      taken.merge(kind, 1, Integer::sum);
    }

    @Override
    public String toString() {
      StringBuilder lines = new StringBuilder();
      new EnumMap<>(replies).forEach((kind, said) -> lines.append(kind + " " + said + "\n"));
      return lines.toString();
    }
  }

  private static Tally send(String run) throws Exception {
    Tally tally = new Tally();
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            threads.submit(
                () -> {
                  sendFrom(run, next, tally);
                  return null;
                }));
      }
      for (Future<?> client : clients) {
        client.get(LONG.toSeconds(), TimeUnit.SECONDS);
      }
    }
    return tally;
  }

  private static void sendFrom(String run, AtomicInteger next, Tally tally) throws IOException {
    int number = next.getAndIncrement();
    while (number < MESSAGES) {
      // OpenSMTPD ends a session with many refusals.
      try (Client stranger = Client.stranger()) {
        boolean open = true;
        for (int i = 0; i < 8 && open && number < MESSAGES; i++) {
          Attack attack = attack(run, number);
          number = next.getAndIncrement();
          try {
            send(stranger, attack, tally);
          } catch (IOException e) {
            tally.count(attack.kind(), "cut off", "");
            open = false;
          }
        }
      }
    }
  }

  private static void send(Client stranger, Attack attack, Tally tally) throws IOException {
    stranger.say("RSET");
    String reply = stranger.say("MAIL FROM:<" + attack.sender() + ">");
    tally.count(attack.kind(), "MAIL", reply);
    int taken = 0;
    for (String recipient : attack.recipients()) {
      String command = "RCPT TO:<" + recipient + ">";
      reply = stranger.say(command + attack.parameters());
      if (!attack.parameters().isEmpty() && reply.startsWith("5")) {
        tally.count(attack.kind(), "RCPT with parameters", reply);
        reply = stranger.say(command);
      }
      tally.count(attack.kind(), "RCPT", reply);
      taken += reply.startsWith("250") ? 1 : 0;
    }
    if (taken > 0) {
      reply = stranger.data(attack.text().getBytes(StandardCharsets.ISO_8859_1));
      tally.count(attack.kind(), "DATA", reply);
      if (reply.startsWith("250")) {
        tally.taken(attack.kind());
      }
    }
  }

  /** Waits until all that was taken is at its end, and what we made of it too. */
  private static void awaitTheEnd(String run) throws Exception {
    awaitNoQueue();
    String text = run + "-is-over";
    try (Client stranger = Client.stranger()) {
      stranger.send(
          "friend@near.test",
          "orders@shop.example",
          Client.message("F <friend@near.test>", "orders@shop.example", text));
    }
    assertEquals(1, site.awaitMailbox("orders@shop.example", text).size());
    awaitNoQueue();
    assertTrue(forwarder.isAlive(), "mailforwarder lives");
    assertTrue(site.signer().isAlive(), "dkimsigner lives");
  }

  private static void awaitNoQueue() {
    Place.await(
        "an empty queue",
        LONG,
        () -> {
          List<String> queue = site.smtpd().queue();
          if (!queue.isEmpty() && queue.stream().allMatch(OpenSmtpd::isWaiting)) {
            site.smtpd().scheduleAll();
          }
          return queue.isEmpty();
        });
  }

  /** Returns what came to addresses of third persons, a line each. */
  private static List<String> toThirds(String run) {
    return ofRun(run).stream()
        .map(
            message ->
                message.reversePath() + " -> " + message.forwardPaths() + " " + kindOf(message))
        .toList();
  }

  private static List<Message> ofRun(String run) {
    return site.taken("").stream()
        .filter(
            message ->
                message.forwardPaths().stream()
                    .anyMatch(path -> path.startsWith("<third-" + run + "-")))
        .toList();
  }

  private static Kind kindOf(Message message) {
    String path = message.forwardPaths().getFirst();
    return kindOf(Integer.parseInt(path.replaceAll(".*-([0-9]+)@.*", "$1")));
  }

  // ---- what must hold

  @Test
  @Order(1)
  void thirdPersonsHearNothing() throws Exception {
    String run = "run-one";
    Tally said = send(run);
    System.out.println(said);
    awaitTheEnd(run);
    List<String> heard = toThirds(run);
    System.out.println(heard.size() + " messages to third persons");
    assertEquals(
        "", String.join("\n", heard.subList(0, Math.min(50, heard.size()))), "of " + heard.size());
    for (Kind kind : BEHIND_THE_EDGE) {
      assertTrue(
          said.taken.getOrDefault(kind, 0) >= MESSAGES / 200, kind + " comes through: " + said);
    }
    for (Kind kind : REFUSED_BY_THE_EDGE) {
      assertEquals(0, said.taken.getOrDefault(kind, 0), kind + " does not: " + said);
    }
  }

  @Test
  @Order(2)
  void whatAFarServerRefusesGoesBackWithoutItsBody() throws Exception {
    String run = "run-two";
    site.internet(
        Step.MAIL,
        event ->
            event.line().contains("@moved.example>")
                ? Action.reply("550 5.7.1 Not from there")
                : Action.proceed());
    site.internet(
        Step.RCPT,
        event ->
            event.line().contains("@" + VICTIMS + ">")
                ? Action.proceed()
                : Action.reply("550 5.1.1 Not here"));
    Tally said = send(run);
    System.out.println(said);
    awaitTheEnd(run);
    List<Message> heard = ofRun(run);
    System.out.println(heard.size() + " messages to third persons");
    assertTrue(heard.size() > MESSAGES / 50, "what a far server refuses is told: " + heard.size());
    List<String> whole =
        heard.stream()
            .filter(message -> message.text().contains(BODY))
            .map(message -> message.forwardPaths() + " " + kindOf(message))
            .toList();
    assertEquals(
        "", String.join("\n", whole.subList(0, Math.min(50, whole.size()))), "of " + whole.size());
    for (Message message : heard) {
      assertEquals("<>", message.reversePath(), message::text);
      assertFalse(OURS_ALONE.contains(kindOf(message)), message::text);
    }
  }
}
