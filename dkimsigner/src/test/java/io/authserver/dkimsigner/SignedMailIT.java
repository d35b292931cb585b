package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.testing.CorpusMessages;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.IndependentVerifier;
import io.authserver.dkim.testing.MessageKinds;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.HistoricRules;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon as a process of its own, with real sockets and PostgreSQL: what leaves it verifies.
 */
class SignedMailIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MESSAGES = 1000;
  private static final int SESSIONS = 4;

  /** Names a message on its way; not signed. */
  private static final String TAG = "X-Test-Number: ";

  @TempDir private static Path folder;

  private static TestDatabase database;
  private static ScriptedNextHop sink;
  private static WrappingKeys wrappingKeys;
  private static DaemonProcess daemon;
  private static Queue<String> log;
  private static int port;
  private static final FakeDns DNS = new FakeDns();
  private static final Map<String, byte[]> THOUSAND = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.create();
    sink = ScriptedNextHop.accepting();
    Path keyFile = folder.resolve("key");
    WrappingKeys.createFile(keyFile);
    wrappingKeys = WrappingKeys.load(List.of(keyFile));
    domain("example.org");
    key("example.org", "r1", DkimPrivateKey.generateRsa(2048));
    key("example.org", "e1", DkimPrivateKey.generateEd25519());
    port = DaemonProcess.freePort();
    daemon =
        DaemonProcess.start(
            DkimSignerMain.class,
            Map.of(
                "DATABASE_URL",
                database.signerUrl(),
                "AUTHSERVER_WRAPPING_KEY_FILE",
                keyFile.toString(),
                "DKIMSIGNER_NETWORK_MAPPING",
                "127.0.0.1:" + port + "->" + sink.host() + ":" + sink.port(),
                "DKIMSIGNER_MAX_LINE_LENGTH",
                "1MiB"));
    daemon.awaitReady();
    log = daemon.followLog();
  }

  @AfterAll
  static void stop() {
    daemon.close();
    sink.close();
    database.close();
  }

  private static void domain(String name) {
    SigningRows.domain(database, name, "");
  }

  private static void key(String domain, String selector, DkimPrivateKey key) {
    SigningRows.key(database, domain, selector, key, wrappingKeys);
    DNS.add(selector + "._domainkey." + domain, key.publicKey().dnsRecord());
  }

  /** A thousand messages over several sessions; every one is verified by three verifiers. */
  @Test
  void aThousandMessagesVerify() throws Exception {
    thousand()
        .forEach(
            (name, message) -> assertEquals(List.of("pass", "pass"), verdicts(message, DNS), name));
  }

  /** What became of the thousand messages, which are sent once; each ends as it was sent. */
  private static Map<String, byte[]> thousand() throws Exception {
    if (!THOUSAND.isEmpty()) {
      return THOUSAND;
    }
    Map<String, byte[]> messages = new LinkedHashMap<>();
    MessageKinds.all().forEach((name, message) -> messages.put(name, overSmtp(name, message)));
    MessageKinds.generated(20261123, MESSAGES - messages.size())
        .forEach((name, message) -> messages.put(name, overSmtp(name, message)));
    assertEquals(MESSAGES, messages.size());
    Map<String, byte[]> got = pass(messages);
    assertEquals(messages.keySet(), got.keySet());
    got.forEach(
        (name, message) -> {
          byte[] original = messages.get(name);
          assertArrayEquals(
              original,
              Arrays.copyOfRange(message, message.length - original.length, message.length),
              name);
        });
    THOUSAND.putAll(got);
    return THOUSAND;
  }

  @Nested
  @Needs({Oracle.DKIMPY, Oracle.MAIL_DKIM})
  class ByOthers {
    @Test
    void aThousandMessagesVerify() throws Exception {
      Map<String, byte[]> got = new LinkedHashMap<>(thousand());
      // docs/verifiers.md, dkimpy 1
      got.remove("space-before-colon");
      Map<String, String> dkimpy = verify(IndependentVerifier.DKIMPY, got);
      assertEquals(2 * got.size(), dkimpy.size());
      assertEquals(Set.of("pass"), Set.copyOf(dkimpy.values()), dkimpy::toString);
      Map<String, String> mailDkim = verify(IndependentVerifier.MAIL_DKIM, got);
      // docs/verifiers.md, Mail::DKIM 1
      mailDkim.keySet().removeIf(key -> key.endsWith(" e1"));
      assertEquals(got.size(), mailDkim.size());
      assertEquals(Set.of("pass"), Set.copyOf(mailDkim.values()), mailDkim::toString);
    }

    private static Map<String, String> verify(
        IndependentVerifier verifier, Map<String, byte[]> messages) throws Exception {
      Path own = Files.createDirectory(folder.resolve(verifier.name()));
      return new TreeMap<>(verifier.verify(own, messages, DNS));
    }
  }

  @Nested
  @Needs({Oracle.JDKIM_CORPUS, Oracle.STALWART_CORPUS})
  class Corpus {
    /** The signed messages of the corpora say after the daemon what they said before. */
    @Test
    void signaturesOfOthersKeepTheirVerdict() throws Exception {
      List<CorpusMessages.Entry> entries = new ArrayList<>(CorpusMessages.mailDkim());
      entries.addAll(CorpusMessages.stalwart());
      entries.addAll(CorpusMessages.realMails());
      Map<String, byte[]> messages = new LinkedHashMap<>();
      Set<String> ours = new HashSet<>();
      for (CorpusMessages.Entry entry : entries) {
        messages.put(entry.name(), overSmtp(entry.name(), entry.message()));
        if (AuthorReader.read(RawMessage.of(entry.message()).headerSection())
            instanceof Authors.Known known) {
          ours.addAll(known.domains());
        }
      }
      // Their authors' domains become ours, so that their mail is signed once more on top.
      ours.removeIf(name -> name.startsWith("[") || name.equals("example.org"));
      for (String name : ours) {
        domain(name);
        key(name, "ours", DkimPrivateKey.generateEd25519());
      }
      Map<String, byte[]> got = pass(messages);
      int signed = 0;
      for (CorpusMessages.Entry entry : entries) {
        byte[] before = messages.get(entry.name());
        byte[] after = got.get(entry.name());
        List<String> verdictsBefore = verdicts(before, entry.dns());
        List<String> verdictsAfter = verdicts(after, entry.dns());
        int added = verdictsAfter.size() - verdictsBefore.size();
        assertEquals(
            verdictsBefore, verdictsAfter.subList(added, verdictsAfter.size()), entry.name());
        assertEquals(fitting(before, entry.dns()), fitting(after, entry.dns()), entry.name());
        if (added > 0) {
          assertEquals(1, added);
          assertEquals("pass", verdicts(after, DNS).getFirst(), entry.name());
          signed++;
        }
      }
      assertTrue(signed > entries.size() / 2, signed + " of " + entries.size());
    }
  }

  /**
   * A change of keys in the database is in the next messages (12 ms later when it was measured).
   */
  @Test
  void aRotationIsSeenSoon() throws Exception {
    domain("turning.example");
    key("turning.example", "old", DkimPrivateKey.generateEd25519());
    byte[] message =
        "From: a@turning.example\r\nSubject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII);
    assertEquals("old", selectorOf(passOne("turning", message)));
    key("turning.example", "new", DkimPrivateKey.generateEd25519());
    database.execute(
        "UPDATE authserver.dkim_key SET state = 'retired', retired_at = now() WHERE selector ="
            + " 'old'");
    Instant changed = Instant.now();
    int round = 0;
    String selector;
    do {
      assertTrue(Instant.now().isBefore(changed.plus(SOON)), "the rotation was not seen");
      selector = selectorOf(passOne("turning-" + round, message));
      round++;
    } while (!selector.equals("new"));
    assertEquals(List.of("pass"), verdicts(passOne("turned", message), DNS));
  }

  private static String selectorOf(byte[] message) {
    List<SignatureVerdict> verdicts = verify(message, DNS);
    return verdicts.isEmpty()
        ? ""
        : Objects.requireNonNull(verdicts.getFirst().signature()).selector();
  }

  /** Where the native library cannot be loaded the JDK signs, and one line says so. */
  @Test
  void withoutTheNativeLibraryTheJdkSigns() throws Exception {
    int own = DaemonProcess.freePort();
    try (ScriptedNextHop next = ScriptedNextHop.accepting();
        DaemonProcess other =
            DaemonProcess.start(
                DkimSignerMain.class,
                Map.of(
                    // The bundled library is passed over, and the system has none.
                    "JAVA_TOOL_OPTIONS",
                    "-Dcom.amazon.corretto.crypto.provider.useExternalLib=true",
                    "DATABASE_URL",
                    database.signerUrl(),
                    "AUTHSERVER_WRAPPING_KEY_FILE",
                    folder.resolve("key").toString(),
                    "DKIMSIGNER_NETWORK_MAPPING",
                    "127.0.0.1:" + own + "->" + next.host() + ":" + next.port()))) {
      other.awaitReady();
      Queue<String> lines = other.followLog();
      byte[] message = overSmtp("jdk", MessageKinds.all().get("plain"));
      for (int i = 0; i < 3; i++) {
        send(own, List.of(message));
      }
      for (ScriptedNextHop.Message got : next.awaitMessages(3, SOON)) {
        assertEquals(List.of("pass", "pass"), verdicts(got.data(), DNS));
      }
      other.terminate();
      assertEquals(0, other.exitStatus());
      assertEquals(1, lines.stream().filter(l -> l.contains("native_crypto_unavailable")).count());
      assertEquals(1, lines.stream().filter(l -> l.contains("provider=JDK")).count());
    }
    assertEquals(0, log.stream().filter(l -> l.contains("native_crypto_unavailable")).count());
  }

  /** Returns a message that can be recognised, as DATA can carry it. */
  private static byte[] overSmtp(String name, byte[] message) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes((TAG + name + "\r\n").getBytes(StandardCharsets.US_ASCII));
    whole.writeBytes(message);
    boolean ended =
        message.length >= 2
            && message[message.length - 2] == '\r'
            && message[message.length - 1] == '\n';
    if (!ended) {
      whole.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return whole.toByteArray();
  }

  private static byte[] passOne(String name, byte[] message) throws Exception {
    return Objects.requireNonNull(pass(Map.of(name, overSmtp(name, message))).get(name));
  }

  /** Sends messages over several sessions and returns what the next hop got, by name. */
  private static Map<String, byte[]> pass(Map<String, byte[]> messages) throws Exception {
    List<byte[]> all = List.copyOf(messages.values());
    List<Callable<Void>> sessions = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      int first = i;
      List<byte[]> own = new ArrayList<>();
      for (int at = first; at < all.size(); at += SESSIONS) {
        own.add(all.get(at));
      }
      if (!own.isEmpty()) {
        sessions.add(
            () -> {
              send(port, own);
              return null;
            });
      }
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> session : executor.invokeAll(sessions)) {
        session.get();
      }
    }
    // Each was answered with 250, so the next hop has it.
    Map<String, byte[]> got = new TreeMap<>();
    for (ScriptedNextHop.Message message : sink.messages()) {
      String text = message.text();
      int at = text.indexOf(TAG) + TAG.length();
      got.put(text.substring(at, text.indexOf("\r\n", at)), message.data());
    }
    Map<String, byte[]> inOrder = new LinkedHashMap<>();
    messages
        .keySet()
        .forEach(name -> inOrder.put(name, Objects.requireNonNull(got.get(name), name)));
    return inOrder;
  }

  private static void send(int to, List<byte[]> messages) throws Exception {
    try (RawSmtpClient client =
        RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), to))) {
      client.command("EHLO client.example", "250");
      for (byte[] message : messages) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@elsewhere.example>", "250");
        String reply = client.data(message);
        assertTrue(reply.startsWith("250"), reply);
      }
    }
  }

  private static List<SignatureVerdict> verify(byte[] message, FakeDns dns) {
    RawMessage raw = RawMessage.of(message);
    VerificationPass pass =
        new DkimVerifier(dns, InstantSource.system()).begin(raw.headerSection());
    pass.body(raw.body(), 0, raw.body().length);
    return pass.finish();
  }

  private static List<String> verdicts(byte[] message, FakeDns dns) {
    return verify(message, dns).stream()
        .map(v -> v.reason() == null ? "pass" : v.reason().word())
        .collect(Collectors.toList());
  }

  private static long fitting(byte[] message, FakeDns dns) {
    RawMessage raw = RawMessage.of(message);
    List<HeaderField> fields = raw.headerSection().all("DKIM-Signature");
    return fields.stream().filter(field -> HistoricRules.fits(raw, field, dns)).count();
  }
}
