package io.authserver.smtp.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.server.StrayLineEnds;
import io.authserver.smtp.testing.Corpora;
import io.authserver.smtp.testing.EndOfDataVectors;
import io.authserver.smtp.testing.GeneratedMessages;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.PassThrough;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes are the sender's: client, front, relay and next hop on real sockets. What arrives is
 * one trace field and what was sent, apart from line ends that are none.
 */
class EndToEndTransparencyIT {
  @TempDir Path spool;

  private ScriptedNextHop nextHop;
  private RelayPool pool;
  private SmtpFront converting;
  private SmtpFront refusing;

  @BeforeEach
  void start() throws IOException {
    nextHop = ScriptedNextHop.accepting();
    pool = Relaying.probed(Relaying.configuration(nextHop).withTimeouts(RelayTimeouts.DEFAULTS));
    // a small budget, so that the larger messages come from a file
    MemoryBudget budget = new MemoryBudget(500_000);
    converting = front(budget, StrayLineEnds.CONVERT);
    refusing = front(budget, StrayLineEnds.REFUSE);
  }

  private SmtpFront front(MemoryBudget budget, StrayLineEnds strayLineEnds) throws IOException {
    SmtpFront front =
        SmtpFront.builder()
            .hostName("front.example")
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .memoryBudget(budget)
            .spoolDirectory(spool)
            .strayLineEnds(strayLineEnds)
            .extensions(pool::extensions)
            .transactions(new PassThrough(pool))
            .build();
    front.start();
    return front;
  }

  @AfterEach
  void stop() {
    converting.close();
    refusing.close();
    pool.close();
    nextHop.close();
  }

  // ---- generated messages

  @Test
  void odditiesArriveAsTheyWereSent() throws IOException {
    try (RawSmtpClient client = greeted(converting);
        RawSmtpClient strict = greeted(refusing)) {
      for (byte[] message : GeneratedMessages.oddities()) {
        assertArrives(message, send(client, RawSmtpClient.stuffed(message), new int[0]));
        assertArrives(message, send(strict, RawSmtpClient.stuffed(message), new int[0]));
      }
    }
  }

  @Test
  void odditiesArriveAsTheyWereSentCutAnywhere() throws IOException {
    try (RawSmtpClient client = greeted(converting)) {
      for (byte[] message : GeneratedMessages.oddities()) {
        byte[] wire = RawSmtpClient.stuffed(message);
        if (wire.length > 40) {
          continue;
        }
        for (int cut = 1; cut < wire.length; cut++) {
          assertArrives(message, send(client, wire, new int[] {cut}));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100, 8_190, 65_534, 65_536, 70_000, 499_999, 1_000_000, 3_000_000})
  void generatedMessagesArriveAsTheyWereSent(int size) throws IOException {
    Random random = new Random(size);
    try (RawSmtpClient client = greeted(converting)) {
      for (int round = 0; round < (size < 100_000 ? 10 : 2); round++) {
        byte[] message =
            size < 100_000
                ? GeneratedMessages.message(random, size)
                : GeneratedMessages.withBody(random, size);
        byte[] wire = RawSmtpClient.stuffed(message);
        int[] cuts = random.ints(20, 1, wire.length).sorted().distinct().toArray();
        assertArrives(message, send(client, wire, cuts));
      }
    }
  }

  @Test
  void thirtyMegabytesArriveAsTheyWereSent() throws IOException {
    byte[] message = GeneratedMessages.withBody(new Random(30), 30_000_000);
    try (RawSmtpClient client = greeted(converting)) {
      assertArrives(message, send(client, RawSmtpClient.stuffed(message), new int[] {7_777_777}));
    }
  }

  // ---- corpora

  @Nested
  @Needs(Oracle.CORPORA)
  class Corpus {
    /** As a client sends a file, its line ends made CRLF; nothing else changes. */
    @Test
    void everyFileOfTheCorporaArrivesAsItWasSent() throws IOException {
      try (RawSmtpClient client = greeted(converting)) {
        for (Path file : Corpora.allFiles()) {
          byte[] message = repaired(terminated(Corpora.withCrlf(file)));
          assertArrives(message, send(client, RawSmtpClient.stuffed(message), new int[0]));
        }
      }
    }

    /** As it lies on the disk, bare LF and CR and all: only those are replaced. */
    @Test
    void everyRawFileOfTheCorporaArrivesWithItsLineEndsRepaired() throws IOException {
      try (RawSmtpClient client = greeted(converting);
          RawSmtpClient strict = greeted(refusing)) {
        for (Path file : Corpora.allFiles()) {
          byte[] raw = terminated(Files.readAllBytes(file));
          byte[] expected = repaired(raw);
          assertArrives(expected, send(client, RawSmtpClient.stuffed(raw), new int[0]));
          if (!Arrays.equals(raw, expected)) {
            int before = nextHop.messages().size();
            begin(strict);
            String reply = strict.data(raw);
            assertTrue(reply.startsWith("550 5.6.11"), () -> file + ": " + reply);
            assertEquals(before, nextHop.messages().size());
          }
        }
      }
    }
  }

  // ---- smuggling

  /** vectors/end-of-data.json: none ends DATA, none reaches the next hop as it was. */
  @Test
  void noBadSequenceEndsDataAtTheNextHopEither() throws IOException {
    String attack = "MAIL FROM:<smuggled@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\nx\r\n";
    try (RawSmtpClient client = greeted(converting);
        RawSmtpClient strict = greeted(refusing)) {
      for (String sequence : EndOfDataVectors.mustNotEndData()) {
        byte[] wire = bytes("A: b\r\n\r\na" + sequence + attack + ".\r\n");
        boolean harmless = sequence.contains("\0");
        Message message = send(client, wire, new int[0]);
        assertNothingBare(message.wire(), sequence);
        assertFalse(!harmless && contains(message.wire(), bytes(sequence)), sequence);
        assertTrue(message.text().endsWith(attack), sequence);
        begin(strict);
        strict.command("DATA", "354");
        strict.send(wire);
        strict.expect(harmless ? "250" : "550 5.6.11");
        strict.command("NOOP", "250");
      }
      for (String sequence : EndOfDataVectors.mustEndData()) {
        send(client, bytes("A: b\r\n\r\na" + sequence), new int[0]);
      }
    }
    // the attack was content, never a command
    for (int connection = 1; connection <= nextHop.connections(); connection++) {
      assertFalse(String.join(" ", nextHop.commands(connection)).contains("smuggled"));
    }
    assertTrue(nextHop.messages().stream().noneMatch(m -> m.mail().contains("smuggled")));
  }

  /** Any mixture of CR, LF, dots and NULs: one message in, one message out, nothing bare in it. */
  @Test
  void noMixtureOfLineEndsEndsDataAtTheNextHopEither() throws IOException {
    Random random = new Random(5);
    String[] pieces = {"\r", "\n", ".", "\r\n", "\0", "x", "\r\n.", "\n.\n"};
    try (RawSmtpClient client = greeted(converting)) {
      for (int round = 0; round < 500; round++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
          text.append(pieces[random.nextInt(pieces.length)]);
        }
        byte[] raw = terminated(bytes(text.toString()));
        int before = nextHop.messages().size();
        Message message = send(client, RawSmtpClient.stuffed(raw), new int[0]);
        assertArrives(repaired(raw), message);
        assertNothingBare(message.wire(), text.toString());
        assertEquals(before + 1, nextHop.messages().size());
      }
    }
  }

  // ---- parts

  private static RawSmtpClient greeted(SmtpFront front) throws IOException {
    return RawSmtpClient.greeted(front.localAddresses().getFirst());
  }

  private static void begin(RawSmtpClient client) throws IOException {
    client.command("MAIL FROM:<a@example.org>", "250");
    client.command("RCPT TO:<b@example.org>", "250");
  }

  /** Sends a message as it goes over the wire, in pieces, and returns what the next hop got. */
  private Message send(RawSmtpClient client, byte[] wire, int[] cuts) throws IOException {
    int before = nextHop.messages().size();
    begin(client);
    client.command("DATA", "354");
    int at = 0;
    for (int cut : cuts) {
      client.send(wire, at, cut - at);
      at = cut;
    }
    client.send(wire, at, wire.length - at);
    client.expect("250");
    return nextHop.awaitMessages(before + 1, Relaying.BOUND).getLast();
  }

  private static void assertArrives(byte[] expected, Message message) {
    byte[] got = message.data();
    int added = got.length - expected.length;
    assertTrue(added > 0, () -> "shorter than it was sent by " + -added);
    assertArrayEquals(expected, Arrays.copyOfRange(got, added, got.length));
    String field = new String(got, 0, added, StandardCharsets.ISO_8859_1);
    assertTrue(field.matches("Received: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*"), field);
  }

  private static void assertNothingBare(byte[] wire, String what) {
    String text = new String(wire, StandardCharsets.ISO_8859_1);
    assertFalse(text.replace("\r\n", "").matches("(?s).*[\r\n].*"), what);
    assertFalse(text.contains("\r\n.\r\n"), what);
  }

  private static boolean contains(byte[] all, byte[] part) {
    return new String(all, StandardCharsets.ISO_8859_1)
        .contains(new String(part, StandardCharsets.ISO_8859_1));
  }

  private static byte[] terminated(byte[] raw) {
    String text = new String(raw, StandardCharsets.ISO_8859_1);
    return text.isEmpty() || text.endsWith("\r\n") ? raw : bytes(text + "\r\n");
  }

  /** The policy in its shortest words: a bare LF is a line end, a bare CR a space. */
  private static byte[] repaired(byte[] raw) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length + 16);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '\r' && (i + 1 == raw.length || raw[i + 1] != '\n')) {
        out.write(' ');
      } else if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r')) {
        out.write('\r');
        out.write('\n');
      } else {
        out.write(raw[i]);
      }
    }
    return out.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
