package io.authserver.smtp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.relay.ReplyReader.MalformedReplyException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reply reader: RFC 5321 §4.2 and nothing else, whatever comes. */
class ReplyReaderTest {
  private static final Deadline NEVER = Deadline.after(Duration.ofHours(1));

  @Test
  void readsOneLineAndSeveral() throws IOException {
    ReplyReader reader = reader("250 Ok\r\n250-a\r\n250-\r\n250 c d\r\n354\r\n220 \r\n", 4096);
    assertEquals(new NextHopReply(250, List.of("Ok")), reader.read(NEVER));
    assertTrue(reader.hasBuffered());
    assertEquals(new NextHopReply(250, List.of("a", "", "c d")), reader.read(NEVER));
    assertEquals(new NextHopReply(354, List.of("")), reader.read(NEVER));
    assertEquals(new NextHopReply(220, List.of("")), reader.read(NEVER));
    assertFalse(reader.hasBuffered());
    assertThrows(EOFException.class, () -> reader.read(NEVER));
  }

  /** Read by one byte, by two, and so on, it is the same. */
  @Test
  void readsTheSameAtEverySplit() throws IOException {
    String text = "250-one\r\n250-two\r\n250 three\r\n550 5.1.1 no\r\n";
    for (int size = 1; size <= text.length(); size++) {
      ReplyReader reader = reader(text, size);
      assertEquals(new NextHopReply(250, List.of("one", "two", "three")), reader.read(NEVER));
      assertEquals(new NextHopReply(550, List.of("5.1.1 no")), reader.read(NEVER));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "25\r\n",
        "2500 x\r\n",
        "250x\r\n",
        "250_x\r\n",
        " 250 x\r\n",
        "abc def\r\n",
        "2a0 x\r\n",
        "199 x\r\n",
        "600 x\r\n",
        "000 x\r\n",
        "250 x\n",
        "\n",
        "250 x\r\r\n",
        "250 \rx\r\n",
        "250-x\r\n251 x\r\n",
        "250-x\r\n25",
        "250-x\r\n\r\n",
        "\u0662\u0665\u0660 x\r\n",
      })
  void refusesWhatIsNoReply(String text) {
    IOException e = assertThrows(IOException.class, () -> reader(text, 4096).read(NEVER));
    assertTrue(e instanceof MalformedReplyException || text.endsWith("25"), text);
  }

  @Test
  void boundsLinesAndTheirLength() throws IOException {
    String longest = "250 " + "x".repeat(ReplyReader.MAX_LINE - 6) + "\r\n";
    assertEquals(250, reader(longest, 4096).read(NEVER).code());
    assertThrows(
        MalformedReplyException.class,
        () -> reader(longest.replaceFirst("x", "xx"), 4096).read(NEVER));
    assertThrows(MalformedReplyException.class, () -> reader("2".repeat(100_000), 100).read(NEVER));
    String most = "250-x\r\n".repeat(ReplyReader.MAX_LINES - 1);
    assertEquals(
        ReplyReader.MAX_LINES, reader(most + "250 x\r\n", 4096).read(NEVER).lines().size());
    assertThrows(
        MalformedReplyException.class, () -> reader(most + "250-x\r\n250 x\r\n", 4096).read(NEVER));
  }

  /** Whatever comes: a reply or an exception, in bounded time, and nothing that could harm. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void survivesNonsense(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 5000; round++) {
      byte[] bytes = nonsense(random);
      int blockSize = 1 + random.nextInt(20);
      ReplyReader whole = reader(bytes, 4096);
      ReplyReader parts = reader(bytes, blockSize);
      for (int i = 0; i < 50; i++) {
        String one = read(whole);
        assertEquals(one, read(parts), () -> new String(bytes, StandardCharsets.ISO_8859_1));
        if (!one.startsWith("NextHopReply")) {
          break;
        }
      }
    }
  }

  private static String read(ReplyReader reader) {
    try {
      NextHopReply reply = reader.read(NEVER);
      // must not throw: the reply that our client would get
      String passedOn = reply.toReply().toString();
      assertTrue(passedOn.chars().allMatch(c -> c >= 0x20 && c < 0x7f));
      return reply.toString();
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }

  /** Pieces of replies and random bytes in random order. */
  private static byte[] nonsense(Random random) {
    String[] pieces = {
      "250",
      "-",
      " ",
      "\r\n",
      "\r",
      "\n",
      "5.1.1 ",
      "2.0.0",
      "354",
      "421 4.3.2 x",
      "550-",
      "\0",
      "\u00ff",
      "999",
      "2",
      "x".repeat(500),
      "250 Ok\r\n",
      "250-a\r\n"
    };
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(20);
    for (int i = 0; i < length; i++) {
      text.append(
          random.nextInt(10) == 0
              ? String.valueOf((char) random.nextInt(256))
              : pieces[random.nextInt(pieces.length)]);
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aTimeoutPassesThrough() {
    ReplyReader reader =
        new ReplyReader(
            (into, offset, length, deadline) -> {
              throw new SocketTimeoutException();
            });
    assertThrows(SocketTimeoutException.class, () -> reader.read(NEVER));
  }

  /** RFC 2034 §4, RFC 3463: the enhanced code is the next hop's, or fits the reply code. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          250 | 2.1.5 Ok            | 250 2.1.5 Ok
          250 | Ok                  | 250 2.0.0 Ok
          450 | 4.2.1 Busy          | 450 4.2.1 Busy
          550 | 4.2.1 Busy          | 550 5.0.0 4.2.1 Busy
          550 | 5.1 x               | 550 5.0.0 5.1 x
          550 | 5.1.1.1 x           | 550 5.0.0 5.1.1.1 x
          550 | 5.7.1000 x          | 550 5.0.0 5.7.1000 x
          """)
  void enhancedStatusCodes(int code, String text, String passedOn) {
    assertEquals(passedOn, new NextHopReply(code, List.of(text)).toReply().toString());
  }

  private static ReplyReader reader(String text, int blockSize) {
    return reader(text.getBytes(StandardCharsets.UTF_8), blockSize);
  }

  private static ReplyReader reader(byte[] bytes, int blockSize) {
    int[] position = {0};
    return new ReplyReader(
        (into, offset, length, deadline) -> {
          int count = Math.min(Math.min(length, blockSize), bytes.length - position[0]);
          if (count == 0) {
            return -1;
          }
          System.arraycopy(bytes, position[0], into, offset, count);
          position[0] += count;
          return count;
        });
  }
}
