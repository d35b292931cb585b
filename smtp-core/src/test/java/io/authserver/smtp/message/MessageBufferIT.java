package io.authserver.smtp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory first, then a file without a name. */
class MessageBufferIT {
  @TempDir Path spool;
  private final MemoryBudget quota = new MemoryBudget(300_001);

  @ParameterizedTest
  @ValueSource(longs = {0, 8 << 10, 100_000, 1 << 30})
  void whatGoesInComesOutWhereverItIsKept(long capacity) throws IOException {
    MemoryBudget budget = new MemoryBudget(capacity);
    byte[] content = new byte[300_001];
    new Random(1).nextBytes(content);
    try (MessageBuffer buffer = new MessageBuffer(budget, new Spool(spool, quota))) {
      for (int at = 0; at < content.length; at += 10_007) {
        buffer.append(content, at, Math.min(10_007, content.length - at));
      }
      assertEquals(capacity < content.length, buffer.isSpooled());
      assertEquals(buffer.isSpooled() ? content.length : 0, quota.used());
      assertTrue(budget.used() <= capacity);
      try (Stream<Path> files = Files.list(spool)) {
        assertEquals(0, files.count(), "the spool file has no name");
      }
      MessageBytes message = buffer.finish(1000, 1002);
      assertArrayEquals(content, message.toByteArray());
      assertArrayEquals(Arrays.copyOf(content, 1000), message.header().bytes());
      assertEquals(buffer.isSpooled() ? 1000 : 0, buffer.copiedHeader(1000));
      assertEquals(8193, buffer.copiedHeader(8193));
      assertArrayEquals(
          Arrays.copyOf(content, 200_000), buffer.finish(200_000, 200_002).header().bytes());
      for (int from : new int[] {0, 1, 8191, 8192, 8193, 299_999, 300_001}) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        message.forEachBlock(from, rest::write);
        assertArrayEquals(Arrays.copyOfRange(content, from, content.length), rest.toByteArray());
      }
    }
    assertEquals(0, budget.used());
    assertEquals(0, quota.used());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 8 << 10, 100_000})
  void theQuotaIsForAllFilesTogether(long capacity) throws IOException {
    MemoryBudget budget = new MemoryBudget(capacity);
    assertTrue(quota.tryReserve(1));
    byte[] content = new byte[300_001];
    try (MessageBuffer buffer = new MessageBuffer(budget, new Spool(spool, quota))) {
      assertThrows(
          SpoolFullException.class,
          () -> {
            for (int at = 0; at < content.length; at += 10_007) {
              buffer.append(content, at, Math.min(10_007, content.length - at));
            }
          });
    }
    assertEquals(1, quota.used());
    assertEquals(0, budget.used());
  }

  @Test
  void aSpoolThatCannotBeWrittenIsAnError() {
    MessageBuffer buffer =
        new MessageBuffer(new MemoryBudget(0), new Spool(spool.resolve("missing"), quota));
    assertThrows(IOException.class, () -> buffer.append(new byte[10], 0, 10));
    buffer.close();
  }

  @Test
  void fieldsCanBeLeftOut() throws IOException {
    MessageBytes message = message("X: 1\r\nMark: a\r\n b\r\nY: 2\r\nmark : c\r\n\r\nbody\r\n");
    MessageBytes view = MessageView.withoutFields(message, "Mark");
    assertEquals("X: 1\r\nY: 2\r\n\r\nbody\r\n", text(view));
    assertEquals(view.toByteArray().length, view.size());
    assertEquals(14, view.bodyOffset());
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    view.forEachBlock(view.bodyOffset(), body::write);
    assertEquals("body\r\n", body.toString(StandardCharsets.US_ASCII));
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    view.forEachBlock(3, rest::write);
    assertEquals("1\r\nY: 2\r\n\r\nbody\r\n", rest.toString(StandardCharsets.US_ASCII));
    assertSame(message, MessageView.withoutFields(message, "Z"));
  }

  private static MessageBytes message(String text) {
    return MessageBytes.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(MessageBytes message) throws IOException {
    return new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
  }
}
