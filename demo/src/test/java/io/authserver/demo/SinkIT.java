package io.authserver.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SinkIT {
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @TempDir Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  @Test
  void recordsTheEnvelopeAndTheExactBytes() throws Exception {
    byte[] message =
        bytes(
            "Subject: x\r\n\r\n.\r\n..two\r\nbare\nlf bare\rcr \u0000 \u00e9\r\r\n.\rx\r\nend\r\n");
    try (Sink sink = Sink.inMemory("sink.test", CLOCK)) {
      SmtpPeer.Answers answers =
          SmtpPeer.send(
              sink.address(),
              "client.test",
              "<\"a>b\"@x.test> BODY=8BITMIME RET=HDRS",
              List.of("<one@x.test> NOTIFY=NEVER", "<two@x.test>"),
              message);
      assertTrue(answers.allTaken(), answers::toString);
      SinkMessage got = sink.await(m -> m.number() == 1, BOUND);
      assertEquals("\"a>b\"@x.test", got.reversePath());
      assertEquals(List.of("BODY=8BITMIME", "RET=HDRS"), got.mailParameters());
      assertEquals(List.of("one@x.test", "two@x.test"), got.forwardPaths());
      assertEquals(List.of("NOTIFY=NEVER"), got.recipients().getFirst().parameters());
      assertEquals("client.test", got.clientName());
      assertEquals(NOW, got.time());
      assertArrayEquals(message, got.content());
    }
  }

  @Test
  void offersWhatTheDaemonsPassOn() throws Exception {
    try (Sink sink = Sink.inMemory("sink.test", CLOCK);
        Wire wire = new Wire(sink)) {
      wire.read();
      wire.write("EHLO c\r\n");
      assertEquals(
          List.of(
              "250-sink.test",
              "250-PIPELINING",
              "250-8BITMIME",
              "250-SMTPUTF8",
              "250-DSN",
              "250-SIZE 67108864",
              "250 ENHANCEDSTATUSCODES"),
          wire.read(7));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 4096})
  void takesPipelinedInputHoweverItIsCut(int size) throws Exception {
    byte[] script =
        bytes(
            String.join(
                "\r\n",
                List.of(
                    "EHLO c",
                    "MAIL FROM:<>",
                    "RCPT TO:<a@x.test>",
                    "DATA",
                    "X: 1",
                    "",
                    "..",
                    "...",
                    ".",
                    "NOOP",
                    "QUIT",
                    "")));
    try (Sink sink = Sink.inMemory("sink.test", CLOCK);
        Wire wire = new Wire(sink)) {
      for (int at = 0; at < script.length; at += size) {
        wire.write(script, at, Math.min(size, script.length - at));
      }
      List<String> replies = wire.read(14);
      assertEquals("221 2.0.0 bye", replies.get(13));
      assertEquals("250 2.0.0 kept as 1", replies.get(11));
      assertNull(wire.readOrEnd());
      SinkMessage got = sink.messages().getFirst();
      assertEquals("", got.reversePath());
      assertEquals("X: 1\r\n\r\n.\r\n..\r\n", got.text());
    }
  }

  @Test
  void refusesWhatIsOutOfOrder() throws Exception {
    try (Sink sink = Sink.inMemory("sink.test", CLOCK);
        Wire wire = new Wire(sink)) {
      wire.read();
      assertEquals("503", wire.ask("MAIL FROM:<>"));
      assertEquals("250", wire.ask("HELO c"));
      assertEquals("503", wire.ask("RCPT TO:<a@x.test>"));
      assertEquals("501", wire.ask("MAIL FROM:a@x.test"));
      assertEquals("250", wire.ask("mail from:<a@x.test>"));
      assertEquals("503", wire.ask("DATA"));
      assertEquals("501", wire.ask("RCPT TO:<>"));
      assertEquals("500", wire.ask("BDAT 3 LAST"));
      assertEquals("500", wire.ask("X".repeat(20_000)));
      assertEquals("250", wire.ask("RSET"));
      assertEquals("503", wire.ask("RCPT TO:<a@x.test>"));
      assertEquals("221", wire.ask("QUIT"));
    }
  }

  @Test
  void aClientThatGoesAwayInsideAMessageLeavesNothing() throws Exception {
    try (Sink sink = Sink.intoFolder("sink.test", CLOCK, folder)) {
      try (Wire wire = new Wire(sink)) {
        wire.write("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\nDATA\r\nSubject: half\r\n");
        wire.read(11);
      }
      SmtpPeer.send(sink.address(), "c", "<>", List.of("<b@x.test>"), bytes("Subject: whole\r\n"));
      SinkMessage got = sink.await(_ -> true, BOUND);
      assertEquals(List.of("b@x.test"), got.forwardPaths());
      assertEquals(List.of("0001.eml", "0001.json"), names());
    }
  }

  @Test
  void writesTheMessageAndItsEnvelopeIntoAFolder() throws Exception {
    byte[] message = bytes("Subject: x\r\n\r\n\u00ff\r\n");
    try (Sink sink = Sink.intoFolder("sink.test", CLOCK, folder)) {
      SmtpPeer.send(
          sink.address(),
          "client.test",
          "<a@x.test> BODY=8BITMIME",
          List.of("<\"q\\\"\"@x.test> NOTIFY=NEVER"),
          message);
      assertArrayEquals(message, Files.readAllBytes(folder.resolve("0001.eml")));
      Map<?, ?> json = (Map<?, ?>) Json.parse(Files.readString(folder.resolve("0001.json"), UTF_8));
      assertEquals("a@x.test", json.get("reverse_path"));
      assertEquals(List.of("BODY=8BITMIME"), json.get("mail_parameters"));
      assertEquals(
          List.of(
              Map.of("forward_path", "\"q\\\"\"@x.test", "parameters", List.of("NOTIFY=NEVER"))),
          json.get("recipients"));
      assertEquals("client.test", json.get("client_name"));
      assertEquals("0001.eml", json.get("file"));
      assertEquals((double) message.length, json.get("bytes"));
      assertEquals("2026-11-21T12:00:00Z", json.get("time"));
    }
  }

  @Test
  void answers451WhereTheFolderCannotBeWritten() throws Exception {
    try (Sink sink = Sink.intoFolder("sink.test", CLOCK, folder.resolve("missing"))) {
      SmtpPeer.Answers answers =
          SmtpPeer.send(sink.address(), "c", "<>", List.of("<b@x.test>"), bytes("Subject: x\r\n"));
      assertEquals("451 4.3.0 cannot keep it", answers.data());
      assertEquals(List.of(), sink.messages());
    }
  }

  @Test
  void takesManyClientsAtOnce() throws Exception {
    int clients = 100;
    try (Sink sink = Sink.intoFolder("sink.test", CLOCK, folder);
        var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> sends = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        byte[] message = bytes("Subject: " + i + "\r\n\r\n" + "x".repeat(1000) + "\r\n");
        String recipient = "<r" + i + "@x.test>";
        sends.add(
            () -> SmtpPeer.send(sink.address(), "c", "<>", List.of(recipient), message).allTaken());
      }
      for (Future<Boolean> sent : pool.invokeAll(sends)) {
        assertTrue(sent.get());
      }
      assertEquals(clients, sink.messages().size());
      assertEquals(2 * clients, names().size());
    }
  }

  @Test
  void waitingEndsWithWhatCame() throws Exception {
    try (Sink sink = Sink.inMemory("sink.test", CLOCK)) {
      var failure =
          org.junit.jupiter.api.Assertions.assertThrows(
              TimeoutException.class, () -> sink.await(_ -> true, Duration.ofMillis(20)));
      assertEquals("no such message within 20 ms; came: []", failure.getMessage());
    }
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** A client that says what it is told. */
  private static final class Wire implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Wire(Sink sink) throws IOException {
      socket = new Socket(sink.address().getAddress(), sink.address().getPort());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(10_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(bytes(text));
    }

    void write(byte[] script, int from, int length) throws IOException {
      socket.getOutputStream().write(script, from, length);
    }

    String readOrEnd() throws IOException {
      return in.readLine();
    }

    String read() throws IOException {
      return read(1).getFirst();
    }

    List<String> read(int lines) throws IOException {
      List<String> read = new ArrayList<>();
      for (int i = 0; i < lines; i++) {
        String line = in.readLine();
        if (line == null) {
          throw new IOException("closed after " + read);
        }
        read.add(line);
      }
      return read;
    }

    String ask(String command) throws IOException {
      write(command + "\r\n");
      return read().substring(0, 3);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
