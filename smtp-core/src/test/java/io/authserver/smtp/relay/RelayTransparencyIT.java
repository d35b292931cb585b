package io.authserver.smtp.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.smtp.message.BlockConsumer;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the next hop gets is what was sent, byte for byte. */
class RelayTransparencyIT {
  private static ScriptedNextHop nextHop;
  private static RelayPool pool;

  @BeforeAll
  static void start() {
    nextHop = ScriptedNextHop.accepting();
    pool = Relaying.probed(Relaying.configuration(nextHop));
  }

  @AfterAll
  static void stop() {
    pool.close();
    nextHop.close();
  }

  /** Messages of every size around the block's, dots and line ends everywhere. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 2, 3, 5, 10, 77, 1000, 8191, 65_533, 65_534, 65_535, 65_536, 65_537, 131_072,
        3_000_000
      })
  void arrivesAsSent(int size) throws IOException {
    byte[] bytes = message(new Random(size), size);
    assertArrayEquals(bytes, relayed(MessageBytes.of(bytes)).data());
  }

  /** RFC 5321 §4.5.2: one more dot on the wire for each line that begins with one. */
  @Test
  void doublesTheDotsOfLineBeginningsOnly() throws IOException {
    ScriptedNextHop.Message message =
        relayed(Relaying.message(".\r\n..\r\na.b\r\n.a\r\n\r\n.\r\n"));
    assertEquals(
        "..\r\n...\r\na.b\r\n..a\r\n\r\n..\r\n",
        new String(message.wire(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void addedFieldsComeFirst() throws IOException {
    byte[] added = "Received: x\r\n.odd: y\r\n".getBytes(StandardCharsets.ISO_8859_1);
    int before = nextHop.messages().size();
    try (RelayTransaction transaction = pool.open(Relaying.BOUND)) {
      transaction.mail(Relaying.sender(""));
      transaction.recipients(Relaying.recipients("b@example.net"));
      transaction.send(added, Relaying.MESSAGE);
      transaction.finish();
    }
    ScriptedNextHop.Message message = nextHop.awaitMessages(before + 1, Relaying.BOUND).getLast();
    assertEquals("Received: x\r\n.odd: y\r\nSubject: x\r\n\r\nhello\r\n", message.text());
    assertEquals("<>", message.reversePath());
  }

  /** RFC 5321 §4.1.1.4: the line end before the dot is part of the end, so it is added. */
  @Test
  void aMissingLastLineEndIsAdded() throws IOException {
    assertEquals("a\r\nb\r\n", relayed(Relaying.message("a\r\nb")).text());
  }

  /** The message comes in blocks of any size: each split point of a short one is tried. */
  @Test
  void blocksMayBeSplitAnywhere() throws IOException {
    byte[] bytes = ".\r\n\r\n..a\r\n.\r\nb".getBytes(StandardCharsets.ISO_8859_1);
    byte[] expected = ".\r\n\r\n..a\r\n.\r\nb\r\n".getBytes(StandardCharsets.ISO_8859_1);
    for (int size = 1; size <= bytes.length; size++) {
      assertArrayEquals(expected, relayed(new InBlocks(bytes, size)).data(), "blocks of " + size);
    }
  }

  /** Nothing smuggles: a stray CR or LF ends the transaction, not the message. */
  @ParameterizedTest
  @ValueSource(strings = {"a\n.\nb\r\n", "a\r.\rb\r\n", "\n", "\r", "a\r\n.\r\r\n", "a\r\n\n"})
  void strayLineEndsNeverLeave(String text) throws IOException {
    int before = nextHop.messages().size();
    assertThrows(IllegalArgumentException.class, () -> relayed(Relaying.message(text)));
    assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
    assertEquals(before + 1, nextHop.awaitMessages(before + 1, Relaying.BOUND).size());
  }

  private static ScriptedNextHop.Message relayed(MessageBytes message) throws IOException {
    int before = nextHop.messages().size();
    RelayOutcome outcome = Relaying.relay(pool, message);
    assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
    return nextHop.awaitMessages(before + 1, Relaying.BOUND).getLast();
  }

  /** Any bytes, many dots and line ends, no stray ones, ending with CRLF. */
  private static byte[] message(Random random, int size) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size + 2);
    while (bytes.size() < size) {
      switch (random.nextInt(8)) {
        case 0, 1 -> bytes.writeBytes(new byte[] {'\r', '\n'});
        case 2, 3 -> bytes.write('.');
        default -> {
          int b = random.nextInt(256);
          bytes.write(b == '\r' || b == '\n' ? 0 : b);
        }
      }
    }
    if (bytes.size() > 0) {
      bytes.writeBytes(new byte[] {'\r', '\n'});
    }
    return bytes.toByteArray();
  }

  /** A message that hands over its bytes in blocks of one size. */
  private record InBlocks(byte[] bytes, int blockSize) implements MessageBytes {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public HeaderSection header() {
      return HeaderSection.of(new byte[0]);
    }

    @Override
    public long bodyOffset() {
      return 0;
    }

    @Override
    public void forEachBlock(long from, BlockConsumer consumer) throws IOException {
      for (int at = (int) from; at < bytes.length; at += blockSize) {
        consumer.accept(bytes, at, Math.min(blockSize, bytes.length - at));
      }
    }
  }
}
