package io.authserver.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.DaemonProcess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worst that strangers can send, all of it at once, at a mailforwarder with a heap of 256 MB:
 * recipients by the thousand behind extensions of the largest list, header sections of tiny fields,
 * slow clients, lists of which nearly everybody refuses. Each gets an answer, nobody ends the
 * daemon, and an ordinary client is served meanwhile.
 *
 * <p>Symptom: {@code OutOfMemoryError} and the end of the daemon, which the queue's next try brings
 * about again. Cause: an expansion was kept for each extension of an address, and a header's fields
 * were objects outside of the memory budget.
 */
@Timeout(180)
final class StormIT {
  private static final Duration PATIENCE = Duration.ofSeconds(80);
  private static final int MEMBERS = 20_000;
  private static final int LISTS = 100;
  private static final int MEMBERS_OF_A_LIST = 300;
  private static final int CROWD = 5_000;
  private static final int DEPARTMENTS = 300;
  private static final int NAMING_SESSIONS = 5;
  private static final int RECIPIENTS = 1000;
  private static final int HEADERS = 100;
  private static final int SLOW = 300;
  private static final int REPORTED = 50;
  private static final Duration PROBE_EVERY = Duration.ofMillis(200);

  /** The replies of limits: what comes again later has a chance, nobody else is harmed. */
  private static final Set<String> LIMITS =
      Set.of("421 4.3.2", "451 4.3.1", "451 4.3.2", "452 4.3.1", "452 4.5.3");

  private static final String PROBE = "probe";
  private static final String TINY_FIELDS = "headers of tiny fields";

  private static final byte[] ORDINARY =
      "From: x@out.example\r\nSubject: ordinary\r\n\r\nText.\r\n.\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private CountingNextHop local;
  private CountingNextHop remote;
  private SmallDaemon daemon;
  private Client client;
  private InetSocketAddress address;

  /** The answers of each part of the storm, counted. */
  private final Map<String, Map<String, Integer>> answers = new TreeMap<>();

  /** How long a probe took, and what it was told. */
  private record Probe(String answer, long millis) {}

  @BeforeEach
  void start() throws Exception {
    TestDatabase database = opened(TestDatabase.create());
    fill(database);
    local = opened(new CountingNextHop());
    remote = opened(new CountingNextHop());
    int port = DaemonProcess.freePort();
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    daemon =
        opened(
            new SmallDaemon(
                "256m",
                Map.of(
                    "DATABASE_URL", database.forwarderUrl(),
                    "MAILFORWARDER_SRS_SECRET_FILE",
                        Files.writeString(folder.resolve("srs"), "secret\n").toString(),
                    "SPOOL_DIR", folder.toString(),
                    "MAILFORWARDER_INPUT_PORT", Integer.toString(port),
                    "MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(local.port()),
                    "MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(remote.port()))));
    client = new Client(address, PATIENCE);
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }

  private static void fill(TestDatabase database) {
    database.execute(
        "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
        "INSERT INTO authserver.mailing_list (name) VALUES ('big')",
        "INSERT INTO authserver.mailing_list (name) SELECT 'list' || n FROM generate_series(1, "
            + LISTS
            + ") n ORDER BY n",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT l.id, 'm' || n || '@far.example'"
            + " FROM authserver.mailing_list l, generate_series(1, "
            + MEMBERS
            + ") n WHERE l.name = 'big'",
        "INSERT INTO authserver.mailing_list (name) VALUES ('crowd')",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT l.id, 'c' || n || '@far.example'"
            + " FROM authserver.mailing_list l, generate_series(1, "
            + CROWD
            + ") n WHERE l.name = 'crowd'",
        "INSERT INTO authserver.mailing_list (name) SELECT 'dept' || n FROM generate_series(1, "
            + DEPARTMENTS
            + ") n ORDER BY n",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT id, unnest(ARRAY['crowd@ours.example', name || '-head@far.example'])"
            + " FROM authserver.mailing_list WHERE name LIKE 'dept%'",
        // of the first lists one member takes the message, so that the others are reported
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT l.id, l.name || '-' || n || CASE WHEN n > 1 AND l.id <= "
            + "(SELECT id FROM authserver.mailing_list WHERE name = 'list"
            + REPORTED
            + "') THEN '@"
            + CountingNextHop.NOBODY
            + "' ELSE '@far.example' END FROM authserver.mailing_list l, generate_series(1, "
            + MEMBERS_OF_A_LIST
            + ") n WHERE l.name LIKE 'list%' ORDER BY l.id, n",
        "INSERT INTO authserver.email_alias (domain_id, local_part, list_id)"
            + " SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l",
        "INSERT INTO authserver.mail_user (identifier) VALUES ('bob')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
            + " SELECT d.id, 'bob', u.id FROM authserver.domain d, authserver.mail_user u",
        "UPDATE authserver.mail_user SET delivery_mailbox_id ="
            + " (SELECT id FROM authserver.email_alias WHERE local_part = 'bob')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, blocked)"
            + " SELECT id, 'thrown-away', 'drop' FROM authserver.domain",
        "ANALYZE");
  }

  @Test
  void nobodyIsHarmedByTheWorstOfEach() throws Exception {
    assertEquals("250", client.send("bob@ours.example", ORDINARY).substring(0, 3));
    List<Probe> probes;
    int held;
    CountDownLatch over = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        SlowClients slow = new SlowClients(address, SLOW)) {
      Future<List<Probe>> probing = threads.submit(() -> probe(threads, over));
      for (Future<?> part : storm(threads)) {
        part.get();
      }
      held = slow.holding();
      over.countDown();
      probes = probing.get();
    }
    count(PROBE, probes.stream().map(Probe::answer).toList());
    print(probes);
    System.out.println("slow clients: " + held + " of " + SLOW + " to the end");
    assertTrue(daemon.isAlive(), daemon::lastWords);
    assertEquals(List.of(), wrongAnswers());
    assertTrue(probes.stream().anyMatch(probe -> probe.answer().startsWith("250")));
    assertEquals("250", client.send("bob@ours.example", ORDINARY).substring(0, 3));
    assertTrue(daemon.isAlive(), daemon::lastWords);
  }

  private List<Future<?>> storm(ExecutorService threads) {
    List<Future<?>> parts = new ArrayList<>();
    for (int i = 0; i < NAMING_SESSIONS; i++) {
      String ofAList = "list" + (LISTS - i) + "+%d@ours.example";
      parts.add(
          part(
              threads,
              "extensions of the largest list",
              () -> client.name(numbered("big+%d@ours.example", RECIPIENTS))));
      parts.add(
          part(
              threads,
              "extensions of a list of 300",
              () -> client.name(numbered(ofAList, RECIPIENTS))));
    }
    parts.add(
        part(
            threads,
            "lists that share a large one",
            () -> client.name(numbered("dept%d@ours.example", DEPARTMENTS))));
    byte[] fields =
        ("a:\r\n".repeat(250_000) + "\r\nText.\r\n.\r\n").getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < HEADERS; i++) {
      String recipient = i % 2 == 0 ? "bob@ours.example" : "y@elsewhere.example";
      parts.add(
          part(
              threads,
              TINY_FIELDS,
              () -> List.of(persistently(() -> client.send(recipient, fields)))));
    }
    for (String list : numbered("list%d@ours.example", REPORTED)) {
      parts.add(
          part(
              threads,
              "lists of which all but one refuse",
              () -> List.of(persistently(() -> client.send(list, ORDINARY)))));
    }
    return parts;
  }

  /** As a queue does, but sooner: comes again as long as a limit is all that is in the way. */
  private static String persistently(Callable<String> attempt) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String answer = attempt.call();
    while ((LIMITS.contains(code(answer)) || isBusy(answer)) && System.nanoTime() < end) {
      answer = attempt.call();
    }
    return answer;
  }

  private Future<?> part(ExecutorService threads, String name, Callable<List<String>> part) {
    return threads.submit(
        () -> {
          count(name, part.call());
          return name;
        });
  }

  private static List<String> numbered(String format, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(format::formatted).toList();
  }

  /** Sends an ordinary message every now and then, however long the one before takes. */
  private List<Probe> probe(ExecutorService threads, CountDownLatch over) throws Exception {
    List<Future<Probe>> sent = new ArrayList<>();
    do {
      sent.add(
          threads.submit(
              () -> {
                long start = System.nanoTime();
                String answer = client.send("bob@ours.example", ORDINARY);
                return new Probe(answer, (System.nanoTime() - start) / 1_000_000);
              }));
    } while (!over.await(PROBE_EVERY.toMillis(), TimeUnit.MILLISECONDS));
    List<Probe> probes = new ArrayList<>();
    for (Future<Probe> each : sent) {
      probes.add(each.get());
    }
    return probes;
  }

  private void count(String part, List<String> told) {
    synchronized (answers) {
      Map<String, Integer> counts = answers.computeIfAbsent(part, name -> new TreeMap<>());
      told.forEach(answer -> counts.merge(answer, 1, Integer::sum));
    }
  }

  /** Returns what is neither 250 nor the reply of a limit; that no answer came is one of them. */
  private List<String> wrongAnswers() {
    List<String> wrong = new ArrayList<>();
    synchronized (answers) {
      answers.forEach(
          (part, counts) ->
              counts.forEach(
                  (answer, times) -> {
                    if (!isRight(part, answer)) {
                      wrong.add(part + ": " + answer + " x " + times);
                    }
                  }));
    }
    return wrong;
  }

  private static boolean isRight(String part, String answer) {
    return answer.startsWith("250")
        || LIMITS.contains(code(answer))
        || (!part.equals(PROBE) && isBusy(answer))
        // a header that has too many fields has them the next time, too
        || (part.equals(TINY_FIELDS) && answer.matches("(?s)55[24] 5[.].*"));
  }

  /** Nobody waits for ever for a connection to the database, or for one to a next hop. */
  private static boolean isBusy(String answer) {
    return answer.startsWith("451 4.3.0 Cannot look up the address now")
        || answer.startsWith("451 4.3.0 A notification cannot be sent now");
  }

  private static String code(String reply) {
    return reply.substring(0, Math.min(9, reply.length()));
  }

  private void print(List<Probe> probes) {
    long[] millis = probes.stream().mapToLong(Probe::millis).sorted().toArray();
    System.out.printf(
        "probes: %d, p50 %d ms, p99 %d ms, max %d ms%n",
        millis.length,
        millis[millis.length / 2],
        millis[(int) (millis.length * 0.99)],
        millis[millis.length - 1]);
    System.out.printf(
        "next hops: %d recipients, %d messages, %d notifications%n",
        local.recipients() + remote.recipients(),
        local.messages() + remote.messages(),
        local.notifications() + remote.notifications());
    synchronized (answers) {
      answers.forEach(
          (part, counts) ->
              counts.forEach(
                  (answer, times) -> System.out.println(part + ": " + answer + " x " + times)));
    }
  }
}
